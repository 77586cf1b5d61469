//! Whether the gateway can keep its promise: the runtime takes inputs, devices can reach it, the barrier holds.

use std::sync::{Arc, OnceLock};

use crate::log::SledLog;
use crate::mqtt::Mqtt;
use crate::runtime::Handle;
use crate::web::ReadyCheck;

pub(super) fn check(log: Arc<SledLog>, handle: Handle, mqtt: Arc<OnceLock<Mqtt>>) -> ReadyCheck {
    Arc::new(move || {
        let (log, handle, mqtt) = (Arc::clone(&log), handle.clone(), Arc::clone(&mqtt));
        Box::pin(async move {
            if !handle.is_alive() {
                return Err("the runtime has stopped taking changes".to_owned());
            }
            let mqtt = mqtt.get().ok_or("the devices' door is not open yet")?;
            mqtt.round_trip().await?;
            let probed = tokio::task::spawn_blocking(move || log.probe()).await;
            match probed {
                Ok(Ok(())) => Ok(()),
                Ok(Err(error)) => Err(format!("the barrier does not hold: {error}")),
                Err(error) => Err(format!("the barrier's check died: {error}")),
            }
        })
    })
}
