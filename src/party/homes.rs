//! The subscriber service of an MMSE, in the place of MM5 and MM6: `GET /homes/NUMBER` gives the name of the home relay. It answers one
//! relay, from what it was last told, and forbids to remember the answer.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::{Listening, http};

type Homes = Arc<Mutex<HashMap<String, Option<String>>>>;

/// A subscriber service for one relay. Dropped, it is gone.
#[derive(Debug)]
pub struct HomeService {
    listening: Listening,
    homes: Homes,
}

impl HomeService {
    /// Opens one at this address; with port 0 the system chooses the port. It knows nobody.
    ///
    /// # Errors
    /// There is no port.
    pub async fn open(at: SocketAddr) -> io::Result<HomeService> {
        let homes = Homes::default();
        let router = Router::new()
            .route("/homes/{number}", get(home))
            .with_state(homes.clone());
        let listening = http::serve(at, router).await?;
        Ok(HomeService { listening, homes })
    }

    pub fn url(&self) -> String {
        format!("http://{}/homes", self.listening.addr)
    }

    /// The home of a number from now on. None: the service cannot say.
    pub fn set(&self, number: &str, home: Option<&str>) {
        let mut homes = self.homes.lock().unwrap_or_else(PoisonError::into_inner);
        homes.insert(number.to_owned(), home.map(str::to_owned));
    }
}

async fn home(State(homes): State<Homes>, Path(number): Path<String>) -> Response {
    let known = {
        let homes = homes.lock().unwrap_or_else(PoisonError::into_inner);
        homes.get(&number).cloned()
    };
    match known {
        Some(Some(home)) => ([(CACHE_CONTROL, "no-store")], home).into_response(),
        Some(None) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
