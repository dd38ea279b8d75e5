//! All hosts.

use serde_json::Value;

use crate::site::Site;

fn names(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|host| host["host"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn hosts_come_in_pages() {
    let site = Site::open(25).await;
    let all = site.get("/api/v1/hosts").await.json();
    assert_eq!((&all["total"], &all["offset"], &all["next_offset"]), (&25.into(), &0.into(), &Value::Null));
    assert_eq!(names(&all).len(), 25);
    assert!(names(&all).is_sorted());
    let mut seen = Vec::new();
    let mut offset = Some(0);
    while let Some(at) = offset {
        let page = site.get(&format!("/api/v1/hosts?limit=7&offset={at}")).await.json();
        assert_eq!(page["total"], 25);
        seen.extend(names(&page).into_iter().map(str::to_owned));
        offset = page["next_offset"].as_u64();
    }
    assert_eq!(seen, names(&all));
    assert!(names(&site.get("/api/v1/hosts?offset=25").await.json()).is_empty());
    for wrong in ["limit=0", "limit=1001", "limit=-1", "offset=-1", "offset=99999999999999999999", "limit="] {
        site.get(&format!("/api/v1/hosts?{wrong}")).await.problem(422);
    }
}

#[tokio::test]
async fn hosts_are_filtered_and_sorted() {
    let site = Site::open(25).await;
    let hot = site.get("/api/v1/hosts?filter=gpu.temp%3E30&sort=gpu.temp").await.json();
    let figure = |host: &Value| host["figures"]["gpu_temperature_celsius"].as_f64().unwrap();
    let figures: Vec<f64> = hot["items"].as_array().unwrap().iter().map(figure).collect();
    assert!(figures.len() > 2 && figures.is_sorted_by(|a, b| a >= b), "{figures:?}");
    let cold = site.get("/api/v1/hosts?filter=gpu.temp%3E30&sort=gpu.temp&order=asc").await.json();
    assert_eq!(cold["items"].as_array().unwrap().iter().map(figure).rev().collect::<Vec<_>>(), figures);
    let none = site.get("/api/v1/hosts?filter=host=nobody").await.json();
    assert_eq!((&none["total"], names(&none).len()), (&0.into(), 0));
    for wrong in ["filter=gpu.heat%3E3", "filter=%22", "sort=beauty", "order=up", "filter=%FF"] {
        let detail = site.get(&format!("/api/v1/hosts?{wrong}")).await.problem(422);
        assert!(!detail.contains('\n'), "{detail}");
    }
}

#[tokio::test]
async fn a_host_without_gpus_has_no_figures_of_them() {
    let site = Site::open(25).await;
    let all = site.get("/api/v1/hosts").await.json();
    let hosts = all["items"].as_array().unwrap();
    let with = |host: &&Value| host["panels"].get("gpu").is_some();
    let (with, without): (Vec<_>, Vec<_>) = hosts.iter().partition(with);
    assert!(!with.is_empty() && !without.is_empty());
    assert!(with.iter().all(|host| host["figures"]["gpu_count"].as_u64().unwrap() > 0));
    assert!(without.iter().all(|host| host["figures"].get("gpu_count").is_none()));
}
