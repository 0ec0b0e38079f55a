//! The judged positions of two tensors.

use crate::error::Error;
use crate::graph::{Graph, Tensor, ops::Op};
use crate::kernels::select::{Select, Way};

#[derive(Debug)]
pub(crate) struct Record {
    kernel: Select,
    all: [Tensor; 2],
    judged: [Tensor; 2],
}

impl Graph<'_> {
    /// Records the selection of positions `first..length` of every sequence, from two tensors `[rows · length, width]`
    /// at once.
    pub fn select(&mut self, all: [Tensor; 2], rows: u32, length: u32, first: u32) -> [Tensor; 2] {
        let kernel = Select { rows, length, first, width: all[0].columns, way: Way::Pick };
        let judged = all.map(|x| self.tensor("judged positions", rows * (length - first), x.columns));
        self.launch(kernel.clone(), all.map(|x| Some(x.id)), judged.map(|y| Some(y.id)));
        if self.training() {
            self.tape.push(Op::Select(Record { kernel, all, judged }));
        }
        judged
    }
}

impl Record {
    pub(super) fn backward(self, graph: &mut Graph<'_>) -> Result<(), Error> {
        let [first, second] = self.judged;
        let from = [Some(graph.gradient(first)?), Some(graph.gradient(second)?)];
        let targets = self.all.map(|x| graph.gradient_target(x));
        let kernel = Select { way: Way::Spread(targets.map(|(_, accumulate)| accumulate)), ..self.kernel };
        graph.launch(kernel, from, targets.map(|(id, _)| Some(id)));
        Ok(())
    }
}
