//! The machine and this process, as far as the system tells.

/// Keeps this thread on the core that it runs on. Returns the core; `None` where the system has no such call.
#[cfg(target_os = "linux")]
pub fn pin_to_one_core() -> Option<usize> {
    use rustix::thread::{CpuSet, sched_getcpu, sched_setaffinity};
    let core = sched_getcpu();
    let mut set = CpuSet::new();
    set.set(core);
    sched_setaffinity(None, &set).ok().map(|()| core)
}

/// Keeps this thread on the core that it runs on. Returns the core; `None` where the system has no such call.
#[cfg(not(target_os = "linux"))]
pub fn pin_to_one_core() -> Option<usize> {
    None
}

/// Name of the processor; "unknown" where the system does not say.
pub fn cpu_name() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info.lines().find(|line| line.starts_with("model name")).and_then(|line| line.split_once(':'));
    name.map_or_else(|| "unknown".to_owned(), |(_, name)| name.trim().to_owned())
}

/// Bytes of memory that belong to this process alone; `None` where the system does not say.
pub fn private_bytes() -> Option<u64> {
    let rollup = std::fs::read_to_string("/proc/self/smaps_rollup").ok()?;
    let kilobytes = rollup.lines().filter_map(|line| {
        let (_, value) = line.split_once(':').filter(|(key, _)| key.starts_with("Private_"))?;
        value.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()
    });
    Some(kilobytes.sum::<u64>() * 1024)
}
