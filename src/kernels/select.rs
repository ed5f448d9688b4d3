//! Which table this machine can run, and which one to take.

use std::ffi::CStr;

use super::{Isa, Kernels, scalar};
use crate::{Error, Status, system};

/// Environment variable that forces an instruction set by name, for tests and support.
const VARIABLE: &CStr = c"DRUGNER_ISA";

impl Isa {
    const ALL: [Self; 4] = [Self::Scalar, Self::Avx2, Self::Avx512, Self::Neon];

    /// Lower-case name, as in `DRUGNER_ISA`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
            Self::Neon => "neon",
        }
    }

    /// The instruction set with this [`name`](Self::name).
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|isa| isa.name() == name)
    }
}

impl Kernels {
    /// The tables that this machine can run, best first; the last is always [`Isa::Scalar`].
    pub fn available() -> impl Iterator<Item = &'static Self> {
        Isa::ALL.into_iter().rev().filter_map(table)
    }

    /// Every table that this machine can run, also those that are never the best choice, for tests. The last is
    /// [`Isa::Scalar`].
    pub fn all() -> impl Iterator<Item = &'static Self> {
        runnable().into_iter().flatten()
    }

    /// The table for `forced`; without it the one that `DRUGNER_ISA` names; without that the best.
    ///
    /// # Errors
    /// `InvalidArgument` for an unknown name in `DRUGNER_ISA` (an empty value counts as unset), `Unsupported` for an
    /// instruction set that this machine does not have.
    pub fn select(forced: Option<Isa>) -> Result<&'static Self, Error> {
        match forced {
            Some(isa) => require(isa),
            None => system::with_variable(VARIABLE, from_variable),
        }
    }
}

fn from_variable(value: Option<&[u8]>) -> Result<&'static Kernels, Error> {
    match value.filter(|value| !value.is_empty()) {
        Some(value) => std::str::from_utf8(value).ok().and_then(Isa::from_name).map_or_else(
            || {
                Err(Error::new(
                    Status::InvalidArgument,
                    "the environment variable DRUGNER_ISA must be scalar, avx2, avx512 or neon, or not set",
                ))
            },
            require,
        ),
        None => Kernels::available()
            .next()
            .ok_or_else(|| Error::new(Status::Internal, "no kernels for this machine")),
    }
}

fn require(isa: Isa) -> Result<&'static Kernels, Error> {
    table(isa).ok_or_else(|| {
        let detail = match isa {
            Isa::Scalar => "the instruction set scalar is not available on this machine",
            Isa::Avx2 => {
                "this machine does not support AVX2 with FMA and F16C; choose another instruction set"
            }
            Isa::Avx512 => {
                "this machine does not support AVX-512F with AVX2, FMA and F16C; choose another instruction set"
            }
            Isa::Neon => "this machine does not support NEON; choose another instruction set",
        };
        Error::new(Status::Unsupported, detail)
    })
}

/// The table for `isa` if this machine can run it.
fn table(isa: Isa) -> Option<&'static Kernels> {
    runnable().into_iter().flatten().find(|kernels| kernels.isa() == isa)
}

/// Every table that this machine can run; of those of an instruction set the best comes first. The only way to a table:
/// [`Kernels`] relies on the checks here.
#[cfg(target_arch = "x86_64")]
fn runnable() -> [Option<&'static Kernels>; 7] {
    use super::x86_64::{avx2, avx512, works_in_halves};
    use std::arch::is_x86_feature_detected as has;

    let avx2 = has!("avx2") && has!("fma") && has!("f16c");
    let avx512 = avx2 && has!("avx512f");
    let vnni = avx512 && has!("avx512vnni");
    let (best, other) = match vnni && works_in_halves() {
        true => (&avx512::KERNELS_IN_HALVES, &avx512::KERNELS),
        false => (&avx512::KERNELS, &avx512::KERNELS_IN_HALVES),
    };
    [
        vnni.then_some(best),
        vnni.then_some(other),
        avx512.then_some(&avx512::KERNELS_WITHOUT_VNNI),
        (avx2 && has!("avxvnni")).then_some(&avx2::KERNELS_WITH_VNNI),
        avx2.then_some(&avx2::KERNELS),
        (vnni && has!("avx512vl")).then_some(&avx2::KERNELS_WITH_VNNI_OF_AVX512),
        Some(if has!("avx2") && has!("fma") { &scalar::fma::KERNELS } else { &scalar::PORTABLE }),
    ]
}

/// Every table that this machine can run. The only way to a table: [`Kernels`] relies on the checks here.
#[cfg(target_arch = "aarch64")]
fn runnable() -> [Option<&'static Kernels>; 2] {
    let neon = std::arch::is_aarch64_feature_detected!("neon");
    [neon.then_some(&super::aarch64::neon::KERNELS), Some(&scalar::PORTABLE)]
}

/// Every table that this machine can run.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn runnable() -> [Option<&'static Kernels>; 1] {
    [Some(&scalar::PORTABLE)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_read_back() {
        for isa in Isa::ALL {
            assert_eq!(Isa::from_name(isa.name()), Some(isa));
        }
        assert_eq!(Isa::from_name("AVX2"), None);
    }

    #[test]
    fn scalar_is_available_and_last() {
        assert_eq!(Kernels::available().last().unwrap().isa(), Isa::Scalar);
        assert_eq!(Kernels::all().last().unwrap().isa(), Isa::Scalar);
        assert!(Kernels::available().all(|taken| Kernels::all().any(|kernels| std::ptr::eq(kernels, taken))));
    }

    #[test]
    fn a_forced_instruction_set_is_taken_or_refused() {
        for isa in Isa::ALL {
            let available = Kernels::available().any(|kernels| kernels.isa() == isa);
            for result in [Kernels::select(Some(isa)), from_variable(Some(isa.name().as_ref()))] {
                match result {
                    Ok(kernels) => assert!(available && kernels.isa() == isa),
                    Err(error) => assert!(!available && error.status == Status::Unsupported),
                }
            }
        }
    }

    #[test]
    fn the_variable_is_validated() {
        let error = from_variable(Some("sse9".as_ref())).unwrap_err();
        assert_eq!(error.status, Status::InvalidArgument);
        let best = Kernels::available().next().unwrap().isa();
        assert_eq!(from_variable(None).unwrap().isa(), best);
        assert_eq!(from_variable(Some("".as_ref())).unwrap().isa(), best);
    }
}
