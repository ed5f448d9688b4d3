//! The recurrence of an LSTM layer, in one or two directions, as one operation.
//!
//! Sequences are processed longest first, so the sequences that are still running at a step are the first rows of the
//! previous step. A direction keeps its rows packed: step 0 of all sequences, then step 1 of those that have one, and so
//! on. The backward direction is the same code: its step `s` is position `length - 1 - s`.

use std::sync::OnceLock;

use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::activation::{sigmoid, tanh};
use super::matrix::{Matrix, multiply};
use super::values;

/// Hidden states of an LSTM layer.
///
/// `z` `[batch, time, directions, 4 * hidden]` is the input's contribution to the gates, bias included, in the order
/// input, forget, cell, output; `wh` `[directions, 4 * hidden, hidden]` are the recurrent weights; `directions` is 1 or 2.
/// The result is `[batch, time, directions * hidden]`, the forward direction first; the second direction starts at
/// each sequence's own end. Steps beyond a sequence's length are zero and carry no gradient.
///
/// Errors when the shapes do not agree or a length exceeds the time axis.
pub fn lstm(z: &Tensor, wh: &Tensor, lengths: &[usize]) -> Result<Tensor> {
    let (batch, time, directions, gates) = z.dims4()?;
    let (wh_directions, wh_gates, hidden) = wh.dims3()?;
    let agree = directions == wh_directions && gates == wh_gates && gates == 4 * hidden;
    if !agree || !matches!(directions, 1 | 2) || lengths.len() != batch || lengths.iter().any(|&n| n > time) {
        candle_core::bail!(
            "lstm: z {:?}, wh {:?} and {} lengths do not fit",
            z.shape(),
            wh.shape(),
            lengths.len()
        );
    }
    let operation =
        Lstm { schedule: Schedule::new(lengths), time, directions, hidden, states: OnceLock::new() };
    z.contiguous()?.apply_op2(&wh.contiguous()?, operation)
}

/// Which sequence and position each packed row stands for.
struct Schedule {
    lengths: Vec<usize>,
    /// Sequences by falling length; equal lengths keep their order.
    order: Vec<usize>,
    /// First packed row of each step, and the number of rows at the end.
    starts: Vec<usize>,
}

impl Schedule {
    fn new(lengths: &[usize]) -> Self {
        let mut order: Vec<usize> = (0..lengths.len()).collect();
        order.sort_by_key(|&sequence| std::cmp::Reverse(lengths[sequence]));
        let mut starts = vec![0];
        for step in 0..lengths.iter().copied().max().unwrap_or(0) {
            starts.push(starts[step] + lengths.iter().filter(|&&n| n > step).count());
        }
        Schedule { lengths: lengths.to_vec(), order, starts }
    }

    fn steps(&self) -> usize {
        self.starts.len() - 1
    }

    fn rows(&self) -> usize {
        self.starts[self.steps()]
    }

    /// Rows that run at `step`.
    fn running(&self, step: usize) -> usize {
        self.starts[step + 1] - self.starts[step]
    }

    /// (sequence, position) of each packed row of a direction, in order.
    fn places(&self, direction: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        (0..self.steps()).flat_map(move |step| {
            self.order[..self.running(step)].iter().map(move |&sequence| {
                (sequence, if direction == 0 { step } else { self.lengths[sequence] - 1 - step })
            })
        })
    }

    /// Packs the rows of one direction from an array `[batch, time, directions, width]`.
    fn pack(&self, from: &[f32], time: usize, direction: usize, directions: usize, width: usize) -> Vec<f32> {
        let mut packed = Vec::with_capacity(self.rows() * width);
        for (sequence, position) in self.places(direction) {
            let row = (sequence * time + position) * directions + direction;
            packed.extend_from_slice(&from[row * width..][..width]);
        }
        packed
    }

    /// The inverse of `pack` for all directions; places without a packed row are zero.
    fn unpack(&self, packed: &[&[f32]], time: usize, width: usize) -> Vec<f32> {
        let mut out = vec![0f32; self.lengths.len() * time * packed.len() * width];
        for (direction, rows) in packed.iter().enumerate() {
            for ((sequence, position), row) in self.places(direction).zip(rows.chunks_exact(width)) {
                let at = (sequence * time + position) * packed.len() + direction;
                out[at * width..][..width].copy_from_slice(row);
            }
        }
        out
    }
}

/// What a direction keeps for its backward pass; all packed.
struct States {
    /// `[rows, 4 * hidden]`, after their activation functions.
    gates: Vec<f32>,
    /// `[rows, hidden]` each.
    cells: Vec<f32>,
    tanh_cells: Vec<f32>,
    hidden: Vec<f32>,
}

struct Lstm {
    schedule: Schedule,
    time: usize,
    directions: usize,
    hidden: usize,
    states: OnceLock<Vec<States>>,
}

impl Lstm {
    fn forward(&self, mut gates: Vec<f32>, wh: &[f32]) -> States {
        let h = self.hidden;
        let wh = transpose(wh, 4 * h, h);
        let rows = self.schedule.rows();
        let [mut cells, mut tanh_cells, mut hidden] = [(); 3].map(|()| vec![0f32; rows * h]);
        let zeros = vec![0f32; self.schedule.lengths.len() * h];
        for step in 0..self.schedule.steps() {
            let running = self.schedule.running(step);
            let start = self.schedule.starts[step];
            let gates = &mut gates[start * 4 * h..][..running * 4 * h];
            let (earlier_cells, cells) = cells.split_at_mut(start * h);
            let (earlier_hidden, hidden) = hidden.split_at_mut(start * h);
            let mut previous_cells = &zeros[..];
            if step > 0 {
                let previous = self.schedule.starts[step - 1] * h;
                previous_cells = &earlier_cells[previous..];
                let previous_hidden = Matrix::new(&earlier_hidden[previous..][..running * h], running, h);
                multiply(gates, true, previous_hidden, Matrix::new(&wh, h, 4 * h));
            }
            for row in 0..running {
                let at = row * h..(row + 1) * h;
                cell_forward(
                    &mut gates[row * 4 * h..][..4 * h],
                    &previous_cells[at.clone()],
                    &mut cells[at.clone()],
                    &mut tanh_cells[start * h..][at.clone()],
                    &mut hidden[at],
                );
            }
        }
        States { gates, cells, tanh_cells, hidden }
    }

    /// Gradients of the packed gate inputs and of `wh`, from the packed gradient of the hidden states.
    fn backward(&self, states: &States, wh: &[f32], d_hidden: &[f32]) -> (Vec<f32>, Vec<f32>) {
        let h = self.hidden;
        let schedule = &self.schedule;
        let mut d_gates = vec![0f32; states.gates.len()];
        // From the following step; rows whose sequence ends at this step are still zero.
        let mut d_next_hidden = vec![0f32; schedule.lengths.len() * h];
        let mut d_next_cells = d_next_hidden.clone();
        let zeros = d_next_hidden.clone();
        for step in (0..schedule.steps()).rev() {
            let running = schedule.running(step);
            let start = schedule.starts[step];
            let previous_cells =
                if step == 0 { &zeros[..] } else { &states.cells[schedule.starts[step - 1] * h..] };
            for row in 0..running {
                let at = row * h..(row + 1) * h;
                let packed = (start + row) * h..(start + row + 1) * h;
                cell_backward(
                    &mut d_gates[(start + row) * 4 * h..][..4 * h],
                    &mut d_next_cells[at.clone()],
                    &d_next_hidden[at.clone()],
                    &d_hidden[packed.clone()],
                    &states.gates[(start + row) * 4 * h..][..4 * h],
                    &previous_cells[at],
                    &states.tanh_cells[packed],
                );
            }
            if step > 0 {
                let d_gates = Matrix::new(&d_gates[start * 4 * h..][..running * 4 * h], running, 4 * h);
                multiply(&mut d_next_hidden[..running * h], false, d_gates, Matrix::new(wh, 4 * h, h));
            }
        }

        let mut previous_hidden = Vec::with_capacity(states.hidden.len());
        for step in 1..schedule.steps() {
            let previous = schedule.starts[step - 1] * h;
            previous_hidden.extend_from_slice(&states.hidden[previous..][..schedule.running(step) * h]);
        }
        let followers = previous_hidden.len() / h.max(1);
        let d_followers = &d_gates[d_gates.len() - followers * 4 * h..];
        let mut d_wh = vec![0f32; 4 * h * h];
        multiply(
            &mut d_wh,
            false,
            Matrix::new(d_followers, followers, 4 * h).transposed(),
            Matrix::new(&previous_hidden, followers, h),
        );
        (d_gates, d_wh)
    }
}

impl CustomOp2 for Lstm {
    fn name(&self) -> &'static str {
        "lstm"
    }

    fn cpu_fwd(
        &self,
        z: &CpuStorage,
        z_layout: &Layout,
        wh: &CpuStorage,
        wh_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (z, wh) = (values(z, z_layout)?, values(wh, wh_layout)?);
        let h = self.hidden;
        let states: Vec<States> = (0..self.directions)
            .into_par_iter()
            .map(|direction| {
                let gates = self.schedule.pack(z, self.time, direction, self.directions, 4 * h);
                self.forward(gates, &wh[direction * 4 * h * h..][..4 * h * h])
            })
            .collect();
        let hidden: Vec<&[f32]> = states.iter().map(|s| &s.hidden[..]).collect();
        let out = self.schedule.unpack(&hidden, self.time, h);
        let shape = Shape::from((self.schedule.lengths.len(), self.time, self.directions * h));
        // A second forward pass over the same operation gives the same states.
        let _ = self.states.set(states);
        Ok((CpuStorage::F32(out), shape))
    }

    fn bwd(
        &self,
        z: &Tensor,
        wh: &Tensor,
        _out: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let Some(states) = self.states.get() else { candle_core::bail!("backward before forward") };
        let h = self.hidden;
        let d_out = gradient.flatten_all()?.to_vec1::<f32>()?;
        let weights = wh.flatten_all()?.to_vec1::<f32>()?;
        let (d_gates, d_wh): (Vec<_>, Vec<_>) = states
            .par_iter()
            .enumerate()
            .map(|(direction, states)| {
                let d_hidden = self.schedule.pack(&d_out, self.time, direction, self.directions, h);
                self.backward(states, &weights[direction * 4 * h * h..][..4 * h * h], &d_hidden)
            })
            .unzip();
        let packed: Vec<&[f32]> = d_gates.iter().map(|d| &d[..]).collect();
        let d_z = self.schedule.unpack(&packed, self.time, 4 * h);
        Ok((
            Some(Tensor::from_vec(d_z, z.shape(), z.device())?),
            Some(Tensor::from_vec(d_wh.concat(), wh.shape(), wh.device())?),
        ))
    }
}

/// The row-major transpose of a row-major matrix.
fn transpose(matrix: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    let mut out = Vec::with_capacity(matrix.len());
    for column in 0..columns {
        out.extend((0..rows).map(|row| matrix[row * columns + column]));
    }
    out
}

/// Splits a row of gates into input, forget, cell and output.
fn quarters(gates: &[f32]) -> [&[f32]; 4] {
    let h = gates.len() / 4;
    [&gates[..h], &gates[h..2 * h], &gates[2 * h..3 * h], &gates[3 * h..]]
}

/// [`quarters`] for writing.
fn quarters_mut(gates: &mut [f32]) -> [&mut [f32]; 4] {
    let h = gates.len() / 4;
    let (low, high) = gates.split_at_mut(2 * h);
    let (input, forget) = low.split_at_mut(h);
    let (cell, output) = high.split_at_mut(h);
    [input, forget, cell, output]
}

/// One sequence, one step: applies the activation functions to `gates` in place and fills the new states.
fn cell_forward(
    gates: &mut [f32],
    previous: &[f32],
    cell: &mut [f32],
    tanh_cell: &mut [f32],
    hidden: &mut [f32],
) {
    let [i, f, g, o] = quarters_mut(gates);
    let h = hidden.len();
    let (previous, cell, tanh_cell) = (&previous[..h], &mut cell[..h], &mut tanh_cell[..h]);
    let (i, f, g, o) = (&mut i[..h], &mut f[..h], &mut g[..h], &mut o[..h]);
    for k in 0..h {
        i[k] = sigmoid(i[k]);
        f[k] = sigmoid(f[k]);
        g[k] = tanh(g[k]);
        o[k] = sigmoid(o[k]);
        cell[k] = f[k] * previous[k] + i[k] * g[k];
        tanh_cell[k] = tanh(cell[k]);
        hidden[k] = o[k] * tanh_cell[k];
    }
}

/// One sequence, one step back: `d_next_cells` comes in as the gradient of this step's cells through the following step
/// and leaves as that of the previous step's cells.
fn cell_backward(
    d_gates: &mut [f32],
    d_next_cells: &mut [f32],
    d_next_hidden: &[f32],
    d_hidden: &[f32],
    gates: &[f32],
    previous_cells: &[f32],
    tanh_cells: &[f32],
) {
    let h = d_hidden.len();
    let [i, f, g, o] = quarters(gates).map(|gate| &gate[..h]);
    let [d_i, d_f, d_g, d_o] = quarters_mut(d_gates).map(|gate| &mut gate[..h]);
    let (d_next_cells, d_next_hidden) = (&mut d_next_cells[..h], &d_next_hidden[..h]);
    let (previous_cells, tanh_cells) = (&previous_cells[..h], &tanh_cells[..h]);
    for k in 0..h {
        let d_h = d_hidden[k] + d_next_hidden[k];
        let d_c = d_next_cells[k] + d_h * o[k] * (1.0 - tanh_cells[k] * tanh_cells[k]);
        d_i[k] = d_c * g[k] * i[k] * (1.0 - i[k]);
        d_f[k] = d_c * previous_cells[k] * f[k] * (1.0 - f[k]);
        d_g[k] = d_c * i[k] * (1.0 - g[k] * g[k]);
        d_o[k] = d_h * tanh_cells[k] * o[k] * (1.0 - o[k]);
        d_next_cells[k] = d_c * f[k];
    }
}
