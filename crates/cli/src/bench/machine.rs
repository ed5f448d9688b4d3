//! The machine and this process, as far as the system tells.

/// Cores that this thread may use, the one that it runs on first; none where the system has no such call.
#[cfg(target_os = "linux")]
pub fn cores() -> Vec<usize> {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_getcpu};
    let Ok(set) = sched_getaffinity(None) else { return Vec::new() };
    let here = sched_getcpu();
    let others = (0..CpuSet::MAX_CPU).filter(|&core| core != here && set.is_set(core));
    std::iter::once(here).chain(others).collect()
}

/// Cores that this thread may use, the one that it runs on first; none where the system has no such call.
#[cfg(not(target_os = "linux"))]
pub fn cores() -> Vec<usize> {
    Vec::new()
}

/// Keeps this thread on a core. False where that is not possible.
#[cfg(target_os = "linux")]
pub fn pin_to(core: usize) -> bool {
    let mut set = rustix::thread::CpuSet::new();
    set.set(core);
    rustix::thread::sched_setaffinity(None, &set).is_ok()
}

/// Keeps this thread on a core. False where that is not possible.
#[cfg(not(target_os = "linux"))]
pub fn pin_to(_core: usize) -> bool {
    false
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
