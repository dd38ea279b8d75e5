//! An open connection, and what is under way on it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use super::calls::{self, Asked, DETAILS, FIGURES, MATCHES};
use crate::bus::{Argument, BusError, Connection, Kind, Message, Reader};
use crate::service::book::{Book, Listed};

#[derive(Debug)]
pub(super) struct Link {
    connection: Connection,
    /// Calls without an answer, with the time they were made.
    pending: BTreeMap<u32, (u64, Asked)>,
    /// The name that the bus gives systemd: whoever else sends a signal is not heard.
    systemd: String,
    has_listed: bool,
    list_due_ms: u64,
    /// Services that have changed, and timers that are new.
    to_ask: BTreeSet<String>,
}

impl Link {
    pub(super) fn open(socket: &Path, now_ms: u64) -> Result<Self, BusError> {
        let mut link = Self {
            connection: Connection::open(socket)?,
            pending: BTreeMap::new(),
            systemd: String::new(),
            has_listed: false,
            list_due_ms: now_ms,
            to_ask: BTreeSet::new(),
        };
        link.call(&calls::of_bus("Hello", &[]), Asked::Nothing, now_ms);
        for rule in MATCHES {
            link.call(&calls::of_bus("AddMatch", &[Argument::Text(rule)]), Asked::Nothing, now_ms);
        }
        link.call(&calls::of_manager("Subscribe", &[]), Asked::Nothing, now_ms);
        Ok(link)
    }

    pub(super) fn has_listed(&self) -> bool {
        self.has_listed
    }

    pub(super) fn pass(&mut self, book: &mut Book, now_ms: u64) -> Result<(), BusError> {
        if now_ms >= self.list_due_ms {
            self.list_due_ms = now_ms.saturating_add(LIST_INTERVAL_MS);
            self.list(book, now_ms);
        }
        for unit in book.unaccounted(now_ms) {
            for (interface, key) in FIGURES {
                self.ask_property(&unit, interface, key, now_ms);
            }
        }
        let began = Instant::now();
        for _ in 0..ROUNDS_MAX {
            self.ask(book, now_ms);
            self.connection.exchange()?;
            self.hear(book, now_ms)?;
            let left = WAIT.saturating_sub(began.elapsed());
            if (self.pending.is_empty() && self.to_ask.is_empty()) || left.is_zero() {
                break;
            }
            self.connection.wait(left);
        }
        match self.pending.first_key_value() {
            Some((_, (asked_at_ms, _))) if now_ms.saturating_sub(*asked_at_ms) > ANSWER_MS_MAX => {
                Err(BusError::Silent { waited_ms: now_ms - asked_at_ms })
            }
            _ => Ok(()),
        }
    }

    fn list(&mut self, book: &Book, now_ms: u64) {
        let whole = [Argument::Texts(&[]), Argument::Texts(&["*.service", "*.timer"])];
        let asked = Asked::List { is_whole: true };
        self.call(&calls::of_manager("ListUnitsByPatterns", &whole), asked, now_ms);
        // Systemd keeps no masked unit in mind, and none that nothing refers to.
        let named: Vec<&str> = book.settings.named().collect();
        if !named.is_empty() {
            let named = [Argument::Texts(&named)];
            let asked = Asked::List { is_whole: false };
            self.call(&calls::of_manager("ListUnitsByNames", &named), asked, now_ms);
        }
    }

    /// Asks for details of what has changed, a bounded number of calls at a time.
    fn ask(&mut self, book: &Book, now_ms: u64) {
        while self.pending.len() + DETAILS.len() <= PENDING_MAX {
            let Some(unit) = self.to_ask.pop_first() else { return };
            if book.knows_timer(&unit) {
                let all = [Argument::Text(calls::TIMER)];
                let path = calls::path_of(&unit);
                self.call(&calls::of_properties(&path, "GetAll", &all), Asked::Timer { unit }, now_ms);
            } else if book.knows_service(&unit) {
                for (interface, key) in DETAILS {
                    self.ask_property(&unit, interface, key, now_ms);
                }
            }
        }
    }

    fn ask_property(&mut self, unit: &str, interface: &str, key: &'static str, now_ms: u64) {
        let arguments = [Argument::Text(interface), Argument::Text(key)];
        let path = calls::path_of(unit);
        let asked = Asked::Property { unit: unit.to_owned(), key };
        self.call(&calls::of_properties(&path, "Get", &arguments), asked, now_ms);
    }

    fn call(&mut self, call: &crate::bus::Call<'_>, asked: Asked, now_ms: u64) {
        self.pending.insert(self.connection.call(call), (now_ms, asked));
    }

    fn hear(&mut self, book: &mut Book, now_ms: u64) -> Result<(), BusError> {
        while let Some(message) = self.connection.next_message()? {
            match message.kind {
                Kind::Reply | Kind::Error => {
                    let asked = message.reply_to.and_then(|serial| self.pending.remove(&serial));
                    let Some((_, asked)) = asked else { continue };
                    if message.kind == Kind::Reply {
                        if matches!(asked, Asked::List { .. }) {
                            message.sender.clone_into(&mut self.systemd);
                            self.has_listed = true;
                        }
                        answer(&message, &asked, book, &mut self.to_ask, now_ms)?;
                    } else if asked == (Asked::List { is_whole: true }) {
                        return Err(BusError::Refused { name: message.error.to_owned() });
                    }
                }
                Kind::Signal if message.sender == self.systemd => {
                    if signal(&message, book, &mut self.to_ask, now_ms)? {
                        self.list_due_ms = now_ms;
                    }
                }
                Kind::Signal | Kind::Other => {}
            }
        }
        Ok(())
    }
}

/// Takes the answer to a call.
fn answer(
    message: &Message<'_>,
    asked: &Asked,
    book: &mut Book,
    to_ask: &mut BTreeSet<String>,
    now_ms: u64,
) -> Result<(), BusError> {
    match asked {
        Asked::Nothing => {}
        Asked::List { is_whole } => {
            let mut listed = Vec::new();
            let mut units = message.arguments("a(ssssssouso)")?;
            units.array(8, |units| unit(units).map(|unit| listed.push(unit)))?;
            book.list(&listed, *is_whole, to_ask);
        }
        Asked::Property { unit, key } => {
            let value = message.arguments("v")?.variant()?;
            book.property(unit, key, value, to_ask, now_ms);
        }
        Asked::Timer { unit } => {
            message.arguments("a{sv}")?.dictionary(|key, value| book.timer(unit, key, value, to_ask))?;
        }
    }
    Ok(())
}

/// Takes a signal of systemd; true if all has to be listed anew.
fn signal(
    message: &Message<'_>,
    book: &mut Book,
    to_ask: &mut BTreeSet<String>,
    now_ms: u64,
) -> Result<bool, BusError> {
    match message.member {
        "PropertiesChanged" => {
            let Some(unit) = calls::unit_at(message.path) else { return Ok(false) };
            let mut arguments = message.arguments("sa{sv}")?;
            let interface = arguments.text()?;
            let is_timer = interface == calls::TIMER;
            arguments.dictionary(|key, value| {
                if is_timer {
                    book.timer(&unit, key, value, to_ask);
                } else {
                    book.property(&unit, key, value, to_ask, now_ms);
                }
            })?;
        }
        "UnitNew" => {
            let unit = message.arguments("so")?.text()?;
            book.begin(unit, to_ask);
        }
        "UnitRemoved" => book.end(message.arguments("so")?.text()?),
        "JobRemoved" => {
            let mut arguments = message.arguments("uoss")?;
            arguments.number()?;
            arguments.text()?;
            let unit = arguments.text()?;
            book.changed(unit, to_ask);
        }
        "Reloading" => return Ok(message.arguments("b")?.number()? == 0),
        _ => {}
    }
    Ok(false)
}

/// A unit of a list: name, description, load state, active state, substate, and what is of no use here.
fn unit<'a>(units: &mut Reader<'a>) -> Result<Listed<'a>, BusError> {
    units.structure()?;
    let name = units.text()?;
    let _description = units.text()?;
    let (load, active, sub) = (units.text()?, units.text()?, units.text()?);
    let (_follows, _path, _job, _kind, _job_path) =
        (units.text()?, units.text()?, units.number()?, units.text()?, units.text()?);
    Ok(Listed { name, load, active, sub })
}

/// Signals tell what changes; this is for what they may have missed.
const LIST_INTERVAL_MS: u64 = 30_000;

/// How long a pass waits for answers that are under way. Systemd lists 150 units within 2 ms.
const WAIT: Duration = Duration::from_millis(50);

/// How often a pass looks for answers in that time.
const ROUNDS_MAX: u32 = 64;

/// A bus that has not answered for so long is given up, in milliseconds.
const ANSWER_MS_MAX: u64 = 10_000;

/// Most calls under way. `dbus-daemon` lets a client have 128 of them (`max_replies_per_connection`).
const PENDING_MAX: usize = 100;
