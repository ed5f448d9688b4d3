//! Time that this thread had the processor: other programs on the machine do not count.

/// A stopwatch.
pub struct Clock(f64);

impl Clock {
    /// What the clock counts, for the report.
    pub const NAME: &str =
        if cfg!(target_os = "linux") { "processor time of the thread" } else { "wall time" };

    /// Starts it.
    pub fn start() -> Self {
        Self(now())
    }

    /// Seconds since the start.
    pub fn seconds(&self) -> f64 {
        now() - self.0
    }
}

#[cfg(target_os = "linux")]
fn now() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

#[cfg(not(target_os = "linux"))]
fn now() -> f64 {
    static START: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    START.elapsed().as_secs_f64()
}
