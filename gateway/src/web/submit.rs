//! Handing commands to the runtime.

use axum::http::HeaderMap;

use super::front::Front;
use super::idempotency;
use super::problem::Problem;
use super::session::Person;
use crate::domain::command::Cause;
use crate::domain::{Actor, Command, Input};
use crate::runtime::Done;

impl Front {
    /// What a member of staff does; repeated writes are known by their key.
    pub(super) async fn by(
        &self,
        person: &Person,
        headers: &HeaderMap,
        what: &str,
        body: &[u8],
        command: Command,
    ) -> Result<Done, Problem> {
        let cause = idempotency::cause(headers, &person.id, what, body)?;
        self.submit(cause, Actor::Staff(person.id.clone()), command).await
    }

    /// Hands an input over and waits until it is durable.
    pub(super) async fn submit(&self, cause: Option<Cause>, actor: Actor, command: Command) -> Result<Done, Problem> {
        let done = self.parts.handle.try_submit(Input { cause, actor, command }).await;
        done.map_err(Problem::from)
    }
}
