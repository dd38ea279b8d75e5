use serde::Deserialize;

use super::*;

#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
struct Config {
    shop: Shop,
}

#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
struct Shop {
    door: Option<String>,
    places: u8,
    #[serde(deserialize_with = "list")]
    goods: Vec<String>,
}

const SOURCES: Sources =
    Sources { file_name: "shop.toml", sections: &[("SHOP_", "shop")], others: &["SHOP_SECRET"] };

fn loaded(files: &[&str], file: Option<&str>, environment: &[(&str, &str)]) -> Result<Shop, String> {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: String, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let standard: Vec<PathBuf> =
        files.iter().enumerate().map(|(at, text)| write(format!("{at}.toml"), text)).collect();
    let file = file.map(|text| write("mine.toml".to_owned(), text));
    let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), OsString::from(value)));
    let loaded = SOURCES.load_from::<Config>(file.as_deref(), &standard, environment);
    loaded
        .map(|config| config.shop)
        .map_err(|error| error.to_string().replace(folder.path().to_str().unwrap(), ""))
}

#[test]
fn what_is_nearer_wins_key_by_key() {
    let (user, system) = ("[shop]\ndoor = \"red\"\nplaces = 1\ngoods = [\"a\"]", "[shop]\nplaces = 9");
    let environment = [("SHOP_PLACES", "2"), ("SHOP_GOODS", "b, c"), ("SHOP_SECRET", "x"), ("OTHER", "y")];
    let shop = loaded(&[user, system], Some("[shop]\nplaces = 3"), &environment).unwrap();
    assert_eq!(shop, Shop { door: Some("red".to_owned()), places: 3, goods: vec!["b".into(), "c".into()] });
    assert_eq!(loaded(&[], None, &[]), Ok(Shop::default()));
}

#[test]
fn a_text_in_the_environment_may_look_like_a_number_and_needs_no_quotes() {
    let cases = [("16", "16"), ("blue", "blue"), ("\"16\"", "16"), ("a \"b\"\n\\", "a \"b\"\n\\")];
    for (value, expected) in cases {
        let door = loaded(&[], None, &[("SHOP_DOOR", value)]).unwrap().door;
        assert_eq!(door.as_deref(), Some(expected));
    }
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    assert!(
        loaded(&[], Some("[shop]\n\nplace = 1"), &[])
            .unwrap_err()
            .starts_with("/mine.toml:3: unknown field `place`")
    );
    assert!(
        loaded(&["[shop]\nplaces = 300"], None, &[])
            .unwrap_err()
            .starts_with("/0.toml:2: invalid value: integer `300`")
    );
    let variable = |value| loaded(&[], None, &[("SHOP_PLACES", value)]).unwrap_err();
    assert!(variable("300").starts_with("environment variable SHOP_PLACES: invalid value: integer `300`"));
    assert!(variable("many").starts_with("environment variable SHOP_PLACES: invalid type: string \"many\""));
    assert!(loaded(&[], None, &[("SHOP_HORSE", "1")]).unwrap_err().contains("unknown field `horse`"));
}
