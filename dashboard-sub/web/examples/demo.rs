//! Serves a fleet that does not exist, for whoever works on the dashboard:
//! `cargo run -p grapevine-web --example demo -- HOSTS PORT`

#[path = "../../tests/agent/mod.rs"]
mod agent;

use std::io::{self, Write};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use grapevine_demo::{Demo, DemoOptions, Scenario};
use grapevine_sub::{Options, Subscription};
use grapevine_web::{ServeOptions, Server};

use agent::Agent;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let hosts = arguments.next().map_or(Ok(40), |text| text.parse())?;
    let port = arguments.next().map_or(Ok(ServeOptions::PORT), |text| text.parse())?;
    let agent = Agent::start().await;
    let wall_s = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs_f64().floor();
    let past = Duration::from_secs(600);
    let scenario = Scenario::Mixed;
    let mut demo = Demo::new(&DemoOptions { hosts, scenario, wall_s, past, ..DemoOptions::default() });
    for message in demo.take_past() {
        agent.say(&message.name, message.frame);
    }
    let subscription =
        Subscription::attach([agent.endpoint.clone()], Options { history: true, ..Options::default() })?;
    let server =
        Server::bind(ServeOptions { listen: ([127, 0, 0, 1], port).into(), ..ServeOptions::default() });
    let server = server.await?;
    writeln!(io::stdout(), "{}", server.url())?;
    let began = Instant::now();
    let telling = async {
        loop {
            for message in demo.advance(began.elapsed()) {
                agent.say(&message.name, message.frame);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::select! {
        () = server.run(subscription, std::future::pending()) => {}
        () = telling => {}
    }
    Ok(())
}
