//! One host, and what it was.

use grapevine_demo::Scenario;
use serde_json::Value;

use crate::client::{Answer, get};
use crate::site::{Site, options};

/// The names of all hosts with this panel.
async fn with(site: &Site, panel: &str) -> Vec<String> {
    let hosts = site.get("/api/v1/hosts").await.json();
    let hosts = hosts["items"].as_array().unwrap().iter();
    let has = hosts.filter(|host| host["panels"].get(panel).is_some());
    has.map(|host| host["host"].as_str().unwrap().to_owned()).collect()
}

fn data(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    answer.json()["data"].clone()
}

#[tokio::test]
async fn each_panel_tells_what_the_host_tells() {
    let site = Site::open(25).await;
    let attached = site.get("/api/v1/fleet").await.json()["attached_host"].as_str().unwrap().to_owned();
    for panel in
        ["gpu", "memory", "cpu", "disks", "services", "containers", "backups", "network", "processes"]
    {
        let own = site.get(&format!("/api/v1/system/{panel}")).await;
        let named = site.get(&format!("/api/v1/system/{panel}?host={attached}")).await;
        assert_eq!(own.json()["host"].as_str(), Some(attached.as_str()));
        assert_eq!(data(&own), data(&named), "{panel}");
    }
    let gpus = with(&site, "gpu").await;
    let gpu = data(&site.get(&format!("/api/v1/system/gpu?host={}", gpus[0])).await);
    let first = &gpu["gpus"][0];
    assert!(first["temperature_celsius"].is_number() && first["model"].is_string(), "{first}");
    let memory = data(&site.get("/api/v1/system/memory").await);
    assert!(memory["used_bytes"].as_u64().unwrap() < memory["total_bytes"].as_u64().unwrap());
    assert!((0.0..=100.0).contains(&memory["used_percent"].as_f64().unwrap()));
    assert!(!data(&site.get("/api/v1/system/cpu").await)["cores"].as_array().unwrap().is_empty());
    let disks = with(&site, "disk").await;
    let disks = data(&site.get(&format!("/api/v1/system/disks?host={}", disks[0])).await);
    assert!(disks["mounts"][0]["size_bytes"].as_u64().unwrap() > 0);
    let backups = with(&site, "backup").await;
    let backups = data(&site.get(&format!("/api/v1/system/backups?host={}", backups[0])).await);
    assert!(backups["list"][0]["state"].is_string());
    let detail = site.get("/api/v1/system").await.json();
    assert_eq!(detail["at_a_glance"]["host"].as_str(), Some(attached.as_str()));
    assert_eq!(detail["panels"]["memory"], memory);
}

#[tokio::test]
async fn what_is_absent_is_never_nothing() {
    let site = Site::open(25).await;
    let hosts = site.get("/api/v1/hosts").await.json();
    let mut absent = 0;
    for host in hosts["items"].as_array().unwrap() {
        let detail = site.get(&format!("/api/v1/hosts/{}", host["host"].as_str().unwrap())).await.json();
        walk(&detail["panels"], &mut |object| {
            let reasons = object.get("absent").and_then(Value::as_object);
            for (name, value) in object {
                let is_explained = reasons.is_some_and(|reasons| reasons.contains_key(name));
                assert!(!value.is_null() || is_explained, "{name} of {object:?}");
                absent += usize::from(value.is_null());
            }
            for reason in reasons.into_iter().flat_map(serde_json::Map::values) {
                let known = ["unsupported", "denied", "failed", "sleeping"];
                assert!(known.contains(&reason.as_str().unwrap()), "{reason}");
            }
        });
    }
    assert!(absent > 10, "only {absent} figures are absent");
}

fn walk(value: &Value, see: &mut impl FnMut(&serde_json::Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            see(object);
            object.iter().filter(|(name, _)| *name != "absent").for_each(|(_, value)| walk(value, see));
        }
        Value::Array(list) => list.iter().for_each(|value| walk(value, see)),
        _ => {}
    }
}

#[tokio::test]
async fn a_host_goes_by_its_name_or_its_origin() {
    let site = Site::open(3).await;
    let hosts = site.get("/api/v1/hosts").await.json();
    let (name, origin) =
        (hosts["items"][0]["host"].as_str().unwrap(), hosts["items"][0]["origin"].as_str().unwrap());
    for path in [
        format!("/api/v1/hosts/{name}"),
        format!("/api/v1/hosts/{origin}"),
        format!("/api/v1/system?host={origin}"),
    ] {
        assert_eq!(site.get(&path).await.json()["at_a_glance"]["host"], name, "{path}");
    }
    for path in [
        "/api/v1/hosts/nobody",
        "/api/v1/system?host=nobody",
        "/api/v1/system?host=",
        "/api/v1/hosts/%2e%2e",
        "/api/v1/hosts/0000000000000000",
        "/api/v1/hosts/nobody/readings",
        "/api/v1/hosts/nobody/series?metric=cpu.use",
    ] {
        site.get(path).await.problem(404);
    }
}

#[tokio::test]
async fn several_hosts_of_one_name_are_told_apart() {
    let site = Site::playing(8, Scenario::Conflict, options()).await;
    let hosts = site.get("/api/v1/hosts").await.json();
    let twins: Vec<&Value> =
        hosts["items"].as_array().unwrap().iter().filter(|host| host["in_conflict"] == true).collect();
    assert_eq!(twins.len(), 2);
    let name = twins[0]["host"].as_str().unwrap();
    let detail = site.get(&format!("/api/v1/hosts/{name}")).await.problem(409);
    for twin in twins {
        let origin = twin["origin"].as_str().unwrap();
        assert!(detail.contains(origin), "{detail}");
        assert_eq!(
            site.get(&format!("/api/v1/hosts/{origin}")).await.json()["at_a_glance"]["origin"],
            origin
        );
    }
}

#[tokio::test]
async fn readings_have_units_and_reasons() {
    let site = Site::open(25).await;
    let host = &with(&site, "gpu").await[0];
    let all = site.get(&format!("/api/v1/hosts/{host}/readings?limit=1000")).await.json();
    let readings = all["items"].as_array().unwrap();
    assert_eq!(all["total"], readings.len());
    assert!(readings.len() > 100);
    for reading in readings {
        assert!(!reading["value"].is_null() || reading["absent"].is_string(), "{reading}");
        assert!(!reading["unit"].as_str().unwrap().is_empty());
    }
    let some = site.get(&format!("/api/v1/hosts/{host}/readings?metric=gpu.t*&limit=3")).await.json();
    let is_asked = |reading: &Value| reading["metric"].as_str().unwrap().starts_with("gpu.t");
    assert!(some["items"].as_array().unwrap().iter().all(is_asked));
    assert_eq!(some["next_offset"], 3);
    site.get(&format!("/api/v1/hosts/{host}/readings?metric={}", "x".repeat(1025))).await.problem(422);
}

#[tokio::test]
async fn the_past_comes_in_columns() {
    let site = Site::open(3).await;
    let host = site.get("/api/v1/fleet").await.json()["attached_host"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/hosts/{host}/series?metric=cpu.use&span_s=300&columns=30");
    let known = async {
        loop {
            let answer = site.get(&path).await.json();
            let mean = answer["series"][0]["mean"].as_array().unwrap_or_else(|| panic!("{answer}")).clone();
            if mean.iter().filter(|mean| mean.is_number()).count() > 0 {
                return answer;
            }
        }
    };
    let answer = tokio::time::timeout(crate::client::PATIENCE, known).await.unwrap();
    assert_eq!(
        (&answer["unit"], &answer["column_s"], &answer["total"]),
        (&"percent".into(), &10.into(), &1.into())
    );
    let list = |name: &str| answer["series"][0][name].as_array().unwrap().clone();
    for ((min, mean), max) in list("min").iter().zip(list("mean")).zip(list("max")) {
        let [min, mean, max] = [min, &mean, &max].map(Value::as_f64);
        assert!(min <= mean && mean <= max, "{min:?} {mean:?} {max:?}");
    }
    let cores = site.get(&format!("/api/v1/hosts/{host}/series?metric=cpu.core.use&limit=2")).await.json();
    assert_eq!(cores["series"].as_array().unwrap().len(), 2);
    let core =
        site.get(&format!("/api/v1/hosts/{host}/series?metric=cpu.core.use&labels=core=1")).await.json();
    assert_eq!((&core["total"], &core["series"][0]["labels"]["core"]), (&1.into(), &"1".into()));
    let series = |query: &str| format!("/api/v1/hosts/{host}/series?{query}");
    site.get(&series("metric=cpu.beauty")).await.problem(404);
    site.get(&series("metric=cpu.core.use&labels=core=none")).await.problem(404);
    for wrong in [
        "",
        "metric=cpu.use&span_s=0",
        "metric=cpu.use&span_s=90000",
        "metric=cpu.use&columns=1001",
        "metric=cpu.use&columns=0",
        "metric=cpu.use&limit=65",
        "metric=cpu.use&labels=core",
    ] {
        site.get(&series(wrong)).await.problem(422);
    }
}

#[tokio::test]
async fn lists_of_the_fleet_add_up() {
    let site = Site::open(25).await;
    let fleet = site.get("/api/v1/fleet").await.json();
    assert_eq!((&fleet["hosts"], &fleet["has_demo"]), (&25.into(), &true.into()));
    let sum = |counts: &Value| {
        counts.as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!(sum(&fleet["by_status"]), 25);
    for by in ["role", "status"] {
        let groups = site.get(&format!("/api/v1/groups?by={by}")).await.json();
        let groups = groups["items"].as_array().unwrap();
        assert_eq!(groups.iter().map(|group| sum(&group["by_status"])).sum::<u64>(), 25, "{by}");
    }
    assert!(site.get("/api/v1/groups").await.json()["total"].as_u64().unwrap() > 1);
    site.get("/api/v1/groups?by=colour").await.problem(422);
    let links = site.get("/api/v1/links?limit=1000").await.json();
    let links = links["items"].as_array().unwrap();
    assert!(links.len() >= 24);
    assert!(links.iter().all(|link| link["a"] != link["b"] && link["a_host"].is_string()));
    let catalogue = site.get("/api/v1/catalogue?limit=1000").await.json();
    assert!(
        catalogue["items"]
            .as_array()
            .unwrap()
            .iter()
            .any(|row| row["name"] == "cpu.use" && row["unit"] == "percent")
    );
    let config = site.send(get("/api/config")).await.json();
    assert_eq!((&config["update_interval_ms"], &config["theme"]), (&1000.into(), &"dark".into()));
    assert_eq!(config["thresholds"]["gpu_temperature"]["critical"], 80.0);
    assert_eq!(config["thresholds"]["service_failed"]["severity"], "critical");
}
