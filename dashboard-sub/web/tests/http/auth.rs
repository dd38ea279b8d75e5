//! Who gets in.

use grapevine_web::ServeOptions;

use crate::client::{Answer, Ask, ask, get, post};
use crate::site::{ADMIN, READER, Site, options, tokens};

const LOGIN: &str = "/api/v1/auth/login";
const LOGOUT: &str = "/api/v1/auth/logout";
const SESSION: &str = "/api/v1/auth/session";

fn login(token: &str) -> Ask {
    post(LOGIN, &format!("{{\"token\":\"{token}\"}}"))
}

/// What a browser would send back.
fn cookie(answer: &Answer) -> String {
    answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn nothing_is_told_without_a_token() {
    let site = Site::closed(1).await;
    for path in ["/api/v1/hosts", SESSION] {
        let answer = site.get(path).await;
        answer.problem(401);
        assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"grapevine\""));
    }
    for path in ["/-/healthy", "/-/ready", "/api/health"] {
        assert_eq!(site.get(path).await.status, 200, "{path}");
    }
    for wrong in ["Basic cmVhZGVy", "Bearer", "Bearer ", &format!("Bearer {READER}x"), READER] {
        site.send(get("/api/v1/hosts").header("authorization", wrong)).await.problem(401);
    }
}

#[tokio::test]
async fn a_token_opens_what_it_is_for() {
    let site = Site::closed(1).await;
    let session = async |token| site.send(get(SESSION).bearer(token)).await.json();
    assert_eq!(session(READER).await["role"], "reader");
    assert_eq!(session(ADMIN).await["role"], "admin");
    assert_eq!(site.send(get("/api/v1/hosts").bearer(READER)).await.status, 200);
    site.send(ask("DELETE", "/api/v1/auth/sessions").bearer(READER)).await.problem(403);
    let ended = site.send(ask("DELETE", "/api/v1/auth/sessions").bearer(ADMIN)).await;
    assert_eq!(ended.json()["sessions"], 0);
}

#[tokio::test]
async fn a_session_lasts_until_it_is_ended() {
    let site = Site::closed(1).await;
    let begun = site.send(login(READER)).await;
    assert_eq!(begun.status, 200);
    assert_eq!(begun.header("cache-control"), Some("no-store"));
    let set = begun.header("set-cookie").unwrap();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"] {
        assert!(set.contains(part), "{set}");
    }
    assert!(!set.contains("Secure") && set.starts_with("grapevine="), "{set}");
    let with = |ask: Ask, answer: &Answer| ask.header("cookie", &format!("theme=dark; {}", cookie(answer)));
    assert_eq!(site.send(with(get("/api/v1/hosts"), &begun)).await.status, 200);
    let other = site.send(login(READER)).await;
    assert_ne!(cookie(&begun), cookie(&other));
    let ended = site.send(with(post(LOGOUT, ""), &begun)).await;
    assert_eq!(ended.status, 204);
    assert!(ended.header("set-cookie").unwrap().contains("Max-Age=0"));
    site.send(with(get("/api/v1/hosts"), &begun)).await.problem(401);
    assert_eq!(site.send(with(get(SESSION), &other)).await.json()["role"], "reader");
    let ended = site.send(ask("DELETE", "/api/v1/auth/sessions").bearer(ADMIN)).await;
    assert_eq!(ended.json()["sessions"], 1);
    site.send(with(get("/api/v1/hosts"), &other)).await.problem(401);
    site.send(get("/api/v1/hosts").header("cookie", &format!("grapevine={}", "0".repeat(64))))
        .await
        .problem(401);
}

#[tokio::test]
async fn behind_a_proxy_with_tls_the_cookie_is_for_this_origin_alone() {
    let proxies = vec!["127.0.0.1".parse().unwrap()];
    let site = Site::of(1, ServeOptions { tokens: tokens(), proxies, ..options() }).await;
    let proxied = |ask: Ask| ask.header("x-forwarded-proto", "https").header("x-forwarded-for", "192.0.2.7");
    let begun = site.send(proxied(login(READER))).await;
    let set = begun.header("set-cookie").unwrap();
    assert!(set.starts_with("__Host-grapevine=") && set.ends_with("; Secure"), "{set}");
    let asked = get(SESSION).header("cookie", &cookie(&begun));
    assert_eq!(site.send(proxied(asked.clone())).await.status, 200);
    site.send(asked).await.problem(401);
}

#[tokio::test]
async fn ten_thousand_wrong_tokens_get_nowhere() {
    let site = Site::closed(1).await;
    let begun = site.send(login(READER)).await;
    let mut refused = 0;
    for number in 0..10_000 {
        let wrong = format!("wrong-token-{number:08}");
        let asked = if number % 2 == 0 { login(&wrong) } else { get("/api/v1/hosts").bearer(&wrong) };
        let answer = site.send(asked).await;
        if answer.status == 429 {
            answer.problem(429);
            let pause: u64 = answer.header("retry-after").unwrap().parse().unwrap();
            assert!((1..=60).contains(&pause), "{pause}");
            refused += 1;
        } else {
            answer.problem(401);
        }
    }
    assert!(refused > 9_000, "only {refused} of them were slowed down");
    // Who is slowed down is so with the right token, too; who has a session is not.
    assert_eq!(site.send(login(READER)).await.status, 429);
    assert_eq!(site.send(get("/api/v1/hosts").header("cookie", &cookie(&begun))).await.status, 200);
    assert_eq!(site.get("/api/health").await.status, 200);
}

#[tokio::test]
async fn bodies_that_are_no_login_are_refused() {
    let site = Site::closed(1).await;
    site.send(post(LOGIN, "{\"token\":")).await.problem(400);
    site.send(post(LOGIN, "")).await.problem(400);
    site.send(post(LOGIN, "{\"token\":17}")).await.problem(422);
    site.send(post(LOGIN, "{}")).await.problem(422);
    site.send(post(LOGIN, "[]")).await.problem(422);
    site.send(post(LOGIN, "{\"token\":\"x\",\"admin\":true}")).await.problem(422);
    site.send(ask("POST", LOGIN).body(b"token=x")).await.problem(415);
    site.send(post(LOGIN, &format!("{{\"token\":\"{}\"}}", "x".repeat(1 << 20)))).await.problem(413);
    site.send(post(LOGIN, "\u{fffd}")).await.problem(400);
    site.send(post(LOGIN, &"[".repeat(2000))).await.problem(422);
    site.send(login("")).await.problem(401);
    // An open server has nothing to log in to.
    Site::open(1).await.send(login(READER)).await.problem(422);
}

#[tokio::test]
async fn pages_of_other_sites_cannot_log_in() {
    let site = Site::closed(1).await;
    let own = format!("http://{}", site.address);
    for (name, value, status) in [
        ("origin", own.as_str(), 200),
        ("origin", "https://evil.example", 403),
        ("origin", "null", 403),
        ("sec-fetch-site", "same-origin", 200),
        ("sec-fetch-site", "cross-site", 403),
        ("sec-fetch-site", "same-site", 403),
    ] {
        assert_eq!(site.send(login(READER).header(name, value)).await.status, status, "{name}: {value}");
    }
    let upgrade = get("/api/v1/hosts").bearer(READER).header("upgrade", "websocket");
    site.send(upgrade.header("origin", "https://evil.example")).await.problem(403);
}

#[tokio::test]
async fn a_name_that_was_made_to_point_here_opens_nothing() {
    let site = Site::open(1).await;
    site.send(get("/api/v1/hosts").header("host", "evil.example:8130")).await.problem(421);
    assert_eq!(site.send(get("/api/v1/hosts").header("host", "localhost:8130")).await.status, 200);
    // Where there is a token the name does not matter.
    let site = Site::closed(1).await;
    assert_eq!(
        site.send(get("/api/v1/hosts").bearer(READER).header("host", "grapevine.example")).await.status,
        200
    );
}
