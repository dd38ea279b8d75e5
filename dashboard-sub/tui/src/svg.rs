//! A picture of the terminal as SVG, for documents.
//!
//! Text is set by the reader's own fixed-width font, each piece stretched to its columns. Bars and lines around panels
//! are drawn and not set, as fonts do not agree on them.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

/// The picture as an SVG document, on a dark background.
pub fn svg(picture: &Buffer) -> String {
    let (columns, rows) = (picture.area.width, picture.area.height);
    let (width, height) = (left_of(columns) + MARGIN, top_of(rows) + MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"ui-monospace, \
         'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"{FONT_SIZE}\" xml:space=\"preserve\">\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"{BACKGROUND}\"/>\n"
    );
    for y in 0..rows {
        let line = (0..columns).filter_map(|x| picture.cell((x, y)));
        let line: Vec<Look<'_>> = line.map(Look::of).collect();
        backgrounds(&mut svg, &line, y);
        let mut x = 0;
        for run in line.chunk_by(|a, b| a.ink == b.ink && a.is_bold == b.is_bold && a.shape() == b.shape()) {
            draw(&mut svg, run, x, y);
            x += columns_of(run.len());
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// A cell as it looks.
struct Look<'a> {
    symbol: &'a str,
    ink: String,
    paper: Option<String>,
    is_bold: bool,
}

/// How a symbol is drawn.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Nothing,
    Text,
    /// A part of the cell in eighths: left, top, width, height.
    Block([u8; 4]),
    Shade,
    /// A path through the middle of the cell.
    Stroke(&'static str),
}

impl<'a> Look<'a> {
    fn of(cell: &'a Cell) -> Self {
        let (mut ink, mut paper) = (rgb(cell.fg), rgb(cell.bg));
        if cell.modifier.contains(Modifier::REVERSED) {
            (ink, paper) = (paper.or(Some(BACKGROUND.to_owned())), ink.or(Some(FOREGROUND.to_owned())));
        }
        let is_bold = cell.modifier.contains(Modifier::BOLD);
        Self { symbol: cell.symbol(), ink: ink.unwrap_or_else(|| FOREGROUND.to_owned()), paper, is_bold }
    }

    fn shape(&self) -> Shape {
        let mut chars = self.symbol.chars();
        let (Some(char), None) = (chars.next(), chars.next()) else { return Shape::Text };
        if let Some(path) = STROKES.iter().find_map(|(stroke, path)| (*stroke == char).then_some(*path)) {
            return Shape::Stroke(path);
        }
        let lower =
            "▁▂▃▄▅▆▇█".chars().zip(1..).find_map(|(block, eighths)| (block == char).then_some(eighths));
        let left = "▉▊▋▌▍▎▏".chars().zip(1..).find_map(|(block, less)| (block == char).then_some(8 - less));
        match (lower, left) {
            (Some(eighths), _) => Shape::Block([0, 8 - eighths, 8, eighths]),
            (_, Some(eighths)) => Shape::Block([0, 0, eighths, 8]),
            _ if char == '░' => Shape::Shade,
            _ if char.is_whitespace() => Shape::Nothing,
            _ => Shape::Text,
        }
    }
}

fn backgrounds(svg: &mut String, line: &[Look<'_>], y: u16) {
    let mut x = 0;
    for run in line.chunk_by(|a, b| a.paper == b.paper) {
        let end = x + columns_of(run.len());
        if let Some(paper) = run.first().and_then(|look| look.paper.as_deref()) {
            rect(svg, (left_of(x), top_of(y)), (left_of(end) - left_of(x), ROW), paper, None);
        }
        x = end;
    }
}

/// Cells that look alike, but for their text.
fn draw(svg: &mut String, run: &[Look<'_>], x: u16, y: u16) {
    let Some(first) = run.first() else { return };
    let (left, top) = (left_of(x), top_of(y));
    let width = left_of(x + columns_of(run.len())) - left;
    match first.shape() {
        Shape::Nothing => {}
        Shape::Text => {
            let text: String = run.iter().map(|look| escape(look.symbol)).collect();
            let weight = if first.is_bold { " font-weight=\"bold\"" } else { "" };
            let base = top + BASELINE;
            svg.push_str(&format!(
                "<text x=\"{left:.1}\" y=\"{base:.1}\" textLength=\"{width:.1}\" \
                 lengthAdjust=\"spacingAndGlyphs\" fill=\"{}\"{weight}>{text}</text>\n",
                first.ink
            ));
        }
        Shape::Block([block_left, block_top, block_width, block_height]) => {
            let part = |eighths: u8, whole: f64| f64::from(eighths) / 8.0 * whole;
            // Only full blocks join into one.
            let width = if block_width == 8 { width } else { part(block_width, COLUMN) };
            let count = if block_width == 8 { 1 } else { columns_of(run.len()) };
            for at in 0..count {
                let place = (left_of(x + at) + part(block_left, COLUMN), top + part(block_top, ROW));
                rect(svg, place, (width, part(block_height, ROW)), &first.ink, None);
            }
        }
        Shape::Shade => rect(svg, (left, top), (width, ROW), &first.ink, Some("0.35")),
        Shape::Stroke(LINE) => {
            let (y, end) = (top + ROW / 2.0, left + width);
            svg.push_str(&format!("<path d=\"M{left:.1} {y:.1}H{end:.1}\" stroke=\"{}\"/>\n", first.ink));
        }
        Shape::Stroke(path) => {
            for at in 0..columns_of(run.len()) {
                let place = format!("{:.1} {top:.1}", left_of(x + at));
                svg.push_str(&format!(
                    "<path transform=\"translate({place})\" d=\"{path}\" stroke=\"{}\" fill=\"none\"/>\n",
                    first.ink
                ));
            }
        }
    }
}

fn rect(
    svg: &mut String,
    (x, y): (f64, f64),
    (width, height): (f64, f64),
    fill: &str,
    opacity: Option<&str>,
) {
    let opacity = opacity.map(|opacity| format!(" opacity=\"{opacity}\"")).unwrap_or_default();
    svg.push_str(&format!("<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{fill}\"{opacity}/>\n"));
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn left_of(column: u16) -> f64 {
    MARGIN + f64::from(column) * COLUMN
}

fn top_of(row: u16) -> f64 {
    MARGIN + f64::from(row) * ROW
}

fn columns_of(cells: usize) -> u16 {
    u16::try_from(cells).unwrap_or(u16::MAX)
}

/// The colour as in SVG; none for the terminal's own.
fn rgb(color: Color) -> Option<String> {
    let named = |index: usize| NAMED.get(index).map(|colour| (*colour).to_owned());
    match color {
        Color::Reset => None,
        Color::Rgb(red, green, blue) => Some(format!("#{red:02x}{green:02x}{blue:02x}")),
        Color::Indexed(index) => match index {
            0..16 => named(usize::from(index)),
            // A cube of 6 levels each, then greys: the colours of xterm.
            16..232 => {
                let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
                let [red, green, blue] = [36, 6, 1].map(|weight| level((index - 16) / weight % 6));
                Some(format!("#{red:02x}{green:02x}{blue:02x}"))
            }
            232.. => {
                let grey = 8 + 10 * (index - 232);
                Some(format!("#{grey:02x}{grey:02x}{grey:02x}"))
            }
        },
        Color::Black => named(0),
        Color::Red => named(1),
        Color::Green => named(2),
        Color::Yellow => named(3),
        Color::Blue => named(4),
        Color::Magenta => named(5),
        Color::Cyan => named(6),
        Color::Gray => named(7),
        Color::DarkGray => named(8),
        Color::LightRed => named(9),
        Color::LightGreen => named(10),
        Color::LightYellow => named(11),
        Color::LightBlue => named(12),
        Color::LightMagenta => named(13),
        Color::LightCyan => named(14),
        Color::White => named(15),
    }
}

const COLUMN: f64 = 8.0;
const ROW: f64 = 17.0;
const MARGIN: f64 = 12.0;
const FONT_SIZE: f64 = 13.0;
const BASELINE: f64 = 13.0;
const BACKGROUND: &str = "#15181e";
const FOREGROUND: &str = "#c9ced6";

/// The 16 colours that terminals begin with, as xterm has them, softened.
const NAMED: [&str; 16] = [
    "#1c1f26", "#d75f5f", "#87af5f", "#d7af5f", "#5f87d7", "#af87d7", "#5fafaf", "#c9ced6", "#6c7280",
    "#ff8787", "#afd787", "#ffd787", "#87afff", "#d7afff", "#87d7d7", "#f5f7fa",
];

const LINE: &str = "M0 8.5H8";

/// Lines as paths in a cell of 8 by 17.
const STROKES: [(char, &str); 7] = [
    ('─', LINE),
    ('╌', "M1 8.5H3M5 8.5H7"),
    ('│', "M4 0V17"),
    ('╭', "M4 17V12.5Q4 8.5 8 8.5"),
    ('╮', "M4 17V12.5Q4 8.5 0 8.5"),
    ('╰', "M4 0V4.5Q4 8.5 8 8.5"),
    ('╯', "M4 0V4.5Q4 8.5 0 8.5"),
];
