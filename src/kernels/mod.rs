//! Micro-kernels: one table of functions per instruction set, all with the same bits.

/// Instruction set of a kernel table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Isa {
    /// Portable code; the specification of the arithmetic.
    Scalar = 1,
    /// AVX2 with FMA and F16C.
    Avx2 = 2,
    /// AVX-512F.
    Avx512 = 3,
}

/// Temporary.
pub mod math {
    /// exp
    pub fn exp(x: f32) -> f32 { x.clamp(-87.0, 88.0).exp() }
}
/// Weights.
pub struct LstmWeights<'m> { pub input: usize, pub hidden: usize, pub wx: &'m [u16], pub wh: &'m [u16], pub bias: &'m [f32] }
/// Weights.
pub struct DenseWeights<'m> { pub input: usize, pub outputs: usize, pub w: &'m [u16], pub bias: &'m [f32] }
/// len
pub fn lstm_scratch_len(hidden: usize) -> usize { 4 * hidden * 64 }
/// Table.
pub struct Kernels;
impl Kernels {
    pub fn select(_: Option<Isa>) -> Result<&'static Self, crate::Error> { Ok(&Kernels) }
    pub fn available() -> &'static [&'static Kernels] { &[&Kernels] }
    pub fn isa(&self) -> Isa { Isa::Scalar }
    pub fn widen(&self, h: &[u16], o: &mut [f32]) { for (h, o) in h.iter().zip(o) { *o = half::f16::from_bits(*h).to_f32(); } }
    #[allow(clippy::too_many_arguments)]
    pub fn lstm(&self, w: &LstmWeights<'_>, x: &[f32], steps: usize, reverse: bool, y: &mut [f32], ys: usize, yo: usize, _s: &mut [f32]) {
        let h = w.hidden; let mut c = vec![0f32; h]; let mut prev = vec![0f32; h];
        let f = |b: u16| half::f16::from_bits(b).to_f32();
        for s in 0..steps { let t = if reverse { steps - 1 - s } else { s };
            let mut now = vec![0f32; h];
            for u in 0..h { let (p, l) = (u / 16, u % 16); let mut z = [0f32; 4];
                for g in 0..4 { let mut a = w.bias[p * 64 + g * 16 + l];
                    for k in 0..w.input { a += f(w.wx[(p * w.input + k) * 64 + g * 16 + l]) * x[t * w.input + k]; }
                    for k in 0..h { a += f(w.wh[(p * h + k) * 64 + g * 16 + l]) * prev[k]; } z[g] = a; }
                let sg = |v: f32| 1.0 / (1.0 + (-v).exp());
                c[u] = sg(z[1]) * c[u] + sg(z[0]) * z[2].tanh(); now[u] = sg(z[3]) * c[u].tanh(); }
            y[t * ys + yo..t * ys + yo + h].copy_from_slice(&now); prev = now; }
    }
    pub fn dense(&self, w: &DenseWeights<'_>, x: &[f32], rows: usize, y: &mut [f32]) {
        let f = |b: u16| half::f16::from_bits(b).to_f32();
        for r in 0..rows { for o in 0..w.outputs { let (p, l) = (o / 16, o % 16); let mut a = w.bias[o];
            for k in 0..w.input { a += f(w.w[(p * w.input + k) * 16 + l]) * x[r * w.input + k]; } y[r * w.outputs + o] = a; } }
    }
}
