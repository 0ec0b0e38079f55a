//! The five operations in a transformer at one symbol, with the numbers of the running model.

use super::Student;
use crate::compute::cpu::CpuExecutor;
use crate::error::Error;
use crate::kernels::attention::Shape;
use crate::labs::sequence::rival::learner::window;
use crate::labs::sequence::stage::{SimilarityItem, SimilarityView, StageView, VectorView};
use crate::model::transformer::ProbePlan;
use crate::order::sorted;

/// Symbols of which the decoding stage tells the logits.
const SHOWN: usize = 8;

/// A transformer at one symbol.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// Encoding, context, retrieval, storage, decoding.
    pub stages: [StageView; 5],
    /// The symbol that it finds likeliest to come next.
    pub prediction: String,
    /// Logits of all tokens, the start symbol last.
    pub logits: Vec<f32>,
}

/// What one window makes the model compute, at the window's last position where nothing else is said.
struct Probe {
    /// Tokens of the window, the start symbol before the first.
    tokens: Vec<u32>,
    /// How many of them are symbols of the sequence.
    symbols: usize,
    /// Token embedding, position vector, and their sum.
    embedding: Vec<f32>,
    position: Vec<f32>,
    sum: Vec<f32>,
    /// The residual stream before the last layer, and after it.
    before: Vec<f32>,
    after: Vec<f32>,
    /// Of the last layer: what attention reads of every position, its shape, and its weights by head, of the last position.
    qkv: Vec<f32>,
    shape: Shape,
    weights: Vec<Vec<f32>>,
    logits: Vec<f32>,
}

/// The stages of `student` at place `at` of its sequence; `names` are those of the symbols.
///
/// # Errors
/// [`Error::Config`] if there is no such place, or the model has diverged; [`Error::Internal`].
pub fn transformer_stages(student: &Student, names: &[String], at: usize) -> Result<Look, Error> {
    let length = student.sequence.len();
    if at >= length {
        return Err(Error::Config(format!("There is no symbol {}; the sequence has symbols 1 to {length}.", at + 1)));
    }
    let probe = Probe::run(student, at)?;
    if probe.logits.iter().any(|logit| !logit.is_finite()) {
        return Err(Error::Config(
            "The transformer has diverged: its logits are not finite. Choose a smaller learning rate, or 0.".to_owned(),
        ));
    }
    let name = |token: u32| match names.get(token as usize) {
        Some(name) => name.clone(),
        None => "start".to_owned(),
    };
    let symbol = name(student.sequence[at]);
    let prediction = name(first_greatest(&probe.logits) as u32);
    let next = student.sequence.get(at + 1).map(|&token| name(token));
    let stages = [
        probe.encoding(&symbol, student.model.architecture.layout.symbols),
        probe.context(student),
        probe.retrieval(student, &name),
        probe.storage(student, at, &symbol)?,
        probe.decoding(&name, &prediction, next.as_deref()),
    ];
    Ok(Look { stages, prediction, logits: probe.logits })
}

impl Probe {
    fn run(student: &Student, at: usize) -> Result<Self, Error> {
        let Student { model, replica, parameters, sequence, .. } = student;
        let layout = model.architecture.layout;
        let (length, width) = (layout.length as usize, model.architecture.width as usize);
        let (tokens, symbols) = window(sequence, at + 1, length, layout.symbols - 1);
        let ProbePlan { plan, shapes } = model.probe(replica)?;
        let nothing = || Error::Internal("a probe keeps too little".to_owned());
        let [tokens_id, logits_id, rest @ ..] = plan.kept.as_slice() else { return Err(nothing()) };
        let (attended, streams) = rest.split_at_checked(shapes.len()).ok_or_else(nothing)?;
        let (Some(&qkv), Some(&shape), [first, .., before, after] | [first @ before, after]) =
            (attended.last(), shapes.last(), streams)
        else {
            return Err(nothing());
        };

        let control = model.control(replica)?;
        let input: Vec<f32> = tokens.iter().map(|&token| token as f32).collect();
        let mut executor = CpuExecutor::<f32>::new(&plan);
        executor.write(0, plan.shared.parameters, parameters)?;
        executor.write(0, plan.shared.control, &control)?;
        executor.write(0, plan.shared.rotations, &model.rotations())?;
        executor.write(0, *tokens_id, &input)?;
        executor.run(&plan.evaluation, 1)?;

        let last = |id, columns: usize| {
            let rows = executor.buffer(0, id)?.chunks_exact(columns);
            rows.take(length).next_back().map(<[f32]>::to_vec).ok_or_else(nothing)
        };
        let qkv = executor.buffer(0, qkv)?.get(..length * 3 * width).ok_or_else(nothing)?.to_vec();
        let weights = |head| {
            let all = shape.weights(&control, &qkv, 0, head);
            all.chunks_exact(length).last().map(<[f32]>::to_vec).ok_or_else(nothing)
        };
        let weights = (0..shape.heads.heads).map(weights).collect::<Result<_, _>>()?;
        let row = |offset: u32, row: usize| {
            parameters.get(offset as usize + row * width..).and_then(|rest| rest.get(..width)).ok_or_else(nothing)
        };
        let gain = parameters.get(model.gain as usize).copied().ok_or_else(nothing)?;
        Ok(Self {
            embedding: row(model.tokens(), sequence[at] as usize)?.to_vec(),
            position: row(model.table, length - 1)?.iter().map(|value| gain * value).collect(),
            sum: last(*first, width)?,
            before: last(*before, width)?,
            after: last(*after, width)?,
            logits: last(*logits_id, layout.vocabulary() as usize)?,
            tokens,
            symbols,
            qkv,
            shape,
            weights,
        })
    }

    /// Query (0), key (1) or value (2) of one position and head.
    fn part(&self, position: usize, head: usize, part: usize) -> &[f32] {
        let heads = self.shape.heads;
        let (size, width) = (heads.head as usize, heads.head as usize * heads.heads as usize);
        let first = position * 3 * width + part * width + head * size;
        self.qkv.get(first..first + size).unwrap_or(&[])
    }

    fn encoding(&self, symbol: &str, vocabulary: u32) -> StageView {
        let sentence = format!(
            "“{symbol}” is one of {vocabulary} tokens, the start symbol among them. Its learned vector, of norm {:.2}, and the fixed \
             vector of the window's last position, of norm {:.2}, are added. The newest symbol always stands in that position.",
            norm(&self.embedding),
            norm(&self.position)
        );
        let vectors = vec![
            VectorView::dense(format!("Token embedding of “{symbol}”"), self.embedding.clone()),
            VectorView::dense(format!("Position {}", self.tokens.len() - 1), self.position.clone()),
            VectorView::dense("Their sum", self.sum.clone()),
        ];
        StageView { sentence, formula: "x = E[s] + PE(p)".to_owned(), vectors, similarities: Vec::new() }
    }

    fn context(&self, student: &Student) -> StageView {
        let a = &student.model.architecture;
        let length = self.tokens.len();
        let places = |count: usize| if count == 1 { "1 symbol".to_owned() } else { format!("{count} symbols") };
        let held = match length - self.symbols {
            0 => format!("the last {}", places(self.symbols)),
            starts => format!(
                "{}, and {starts} start symbol{} in front",
                places(self.symbols),
                if starts == 1 { "" } else { "s" }
            ),
        };
        let layers = match a.layers {
            1 => "its one layer".to_owned(),
            layers => format!("each of its {layers} layers"),
        };
        let stream = match a.layers {
            1 => "before the layer is the sum of the first stage".to_owned(),
            _ => format!("before the last layer has norm {:.2}", norm(&self.before)),
        };
        let sentence = format!(
            "The past is kept side by side, not folded into one vector: {length} keys and {length} values of {} numbers in {layers} \
             ({held}). The residual stream {stream}; after the layer it has norm {:.2}. Keys and values are made anew for each window, \
             because positions are counted from its front.",
            a.width,
            norm(&self.after)
        );
        let vectors = vec![
            VectorView::dense("Residual stream before attention", self.before.clone()),
            VectorView::dense("Residual stream after the layer", self.after.clone()),
        ];
        let formula = format!("K, V ∈ ℝ^({length} × {})", a.width);
        StageView { sentence, formula, vectors, similarities: Vec::new() }
    }

    fn retrieval(&self, student: &Student, name: &dyn Fn(u32) -> String) -> StageView {
        let length = self.tokens.len();
        let back = |position: usize| match (length - 1 - position, position + self.symbols < length) {
            (_, true) => format!("start, position {position}"),
            (0, _) => format!("{}, itself", name(self.tokens[position])),
            (distance, _) => format!("{}, {distance} back", name(self.tokens[position])),
        };
        let view = |label: String, unit: &str, values: &[f64], top: usize| {
            let item = |(position, &value): (usize, &f64)| SimilarityItem {
                label: back(position),
                value,
                chosen: position == top,
            };
            SimilarityView { label, unit: unit.to_owned(), items: values.iter().enumerate().map(item).collect() }
        };
        // The head that looks at one place most sharply.
        let peak = |weights: &Vec<f32>| weights[first_greatest(weights)];
        let peaks: Vec<f32> = self.weights.iter().map(peak).collect();
        let strongest = first_greatest(&peaks);
        let size = f64::from(self.shape.heads.head);
        let query = self.part(length - 1, strongest, 0);
        let dot = |position| {
            let pairs = query.iter().zip(self.part(position, strongest, 1));
            pairs.map(|(&q, &k)| f64::from(q) * f64::from(k)).sum::<f64>() / libm::sqrt(size)
        };
        let logits: Vec<f64> = (0..length).map(dot).collect();
        let weights = |head: usize| self.weights[head].iter().map(|&weight| f64::from(weight)).collect::<Vec<f64>>();
        let top = first_greatest(&self.weights[strongest]);
        let retrieved = |head: usize| {
            let mut sum = vec![0.0_f64; size as usize];
            for (position, &weight) in self.weights[head].iter().enumerate() {
                let values = self.part(position, head, 2).iter();
                sum.iter_mut().zip(values).for_each(|(sum, &value)| *sum += f64::from(weight) * f64::from(value));
            }
            sum.into_iter().map(|value| value as f32).collect::<Vec<f32>>()
        };

        let layer = student.model.architecture.layers;
        let label =
            |head: usize| if self.weights.len() == 1 { "The head".to_owned() } else { format!("Head {}", head + 1) };
        let mut similarities = vec![
            view(format!("{}, q·k/√d", label(strongest)), "scaled dot product", &logits, top),
            view(format!("{}, softmax", label(strongest)), "attention weight", &weights(strongest), top),
        ];
        let others = (0..self.weights.len()).filter(|&head| head != strongest);
        similarities.extend(others.map(|head| {
            view(
                format!("{}, softmax", label(head)),
                "attention weight",
                &weights(head),
                first_greatest(&self.weights[head]),
            )
        }));
        let sentence = format!(
            "The query of this place is compared with the keys of all {length} places of the window (layer {layer}, which decides last). \
             {} is the sharpest: it gives a weight of {:.3} to {}, with q·k/√d = {:.2}. Softmax leaves something to every place, and what \
             is retrieved is the weighted mean of their values.",
            label(strongest),
            peaks[strongest],
            back(top),
            (logits[top] * 100.0).round() / 100.0 + 0.0
        );
        let vectors = vec![
            VectorView::dense(format!("{}, query", label(strongest)), query.to_vec()),
            VectorView::dense(format!("{}, retrieved", label(strongest)), retrieved(strongest)),
        ];
        StageView { sentence, formula: "softmax(q Kᵀ/√d) V".to_owned(), vectors, similarities }
    }

    fn storage(&self, student: &Student, at: usize, symbol: &str) -> Result<StageView, Error> {
        let Student { model, replica, parameters, sequence, passes, .. } = student;
        let initial = model.initial(replica);
        // The pool ends with the fixed positions.
        let trained = model.gain as usize;
        let changes = |range: std::ops::Range<usize>| {
            let (now, then) = (parameters.get(range.clone())?, initial.get(range)?);
            Some(now.iter().zip(then).map(|(now, then)| now - then).collect::<Vec<f32>>())
        };
        let width = model.architecture.width as usize;
        let row = model.tokens() as usize + sequence[at] as usize * width;
        let (Some(all), Some(own)) = (changes(0..trained), changes(row..row + width)) else {
            return Err(Error::Internal("parameters that do not fit their model".to_owned()));
        };
        let last = self.tokens.len() - 1;
        let joined = |part| (0..self.weights.len()).flat_map(|head| self.part(last, head, part)).copied().collect();
        let steps = passes.last().map_or(0, |pass| pass.steps);
        let sentence = format!(
            "In context: the key and the value of “{symbol}” stand beside those before it, nothing is overwritten, and they are gone when \
             the window has passed. In weights: {steps} gradient steps have moved {trained} parameters by {:.2} in norm, and the vector \
             of “{symbol}” by {:.2}; that was training, nothing is written to them now.",
            norm(&all),
            norm(&own)
        );
        let vectors = vec![
            VectorView::dense("Key", joined(1)),
            VectorView::dense("Value", joined(2)),
            VectorView::dense(format!("What training has added to the vector of “{symbol}”"), own),
        ];
        let formula = "K ← [K; k], V ← [V; v];  θ ← AdamW(θ, ∇L)".to_owned();
        Ok(StageView { sentence, formula, vectors, similarities: Vec::new() })
    }

    fn decoding(&self, name: &dyn Fn(u32) -> String, prediction: &str, next: Option<&str>) -> StageView {
        let top = first_greatest(&self.logits);
        let exponentials: Vec<f64> =
            self.logits.iter().map(|&logit| libm::exp(f64::from(logit) - f64::from(self.logits[top]))).collect();
        let total: f64 = exponentials.iter().sum();
        let probabilities: Vec<f64> = exponentials.into_iter().map(|value| value / total).collect();
        // Of equal ones the first stays first, as in the choice.
        let mut order = sorted((0..self.logits.len()).collect(), |&token: &usize| -f64::from(self.logits[token]));
        order.truncate(SHOWN);
        let view = |label: &str, unit: &str, value: &dyn Fn(usize) -> f64| {
            let item = |&token: &usize| SimilarityItem {
                label: name(token as u32),
                value: value(token),
                chosen: token == top,
            };
            let items = order.iter().map(item).collect();
            SimilarityView { label: label.to_owned(), unit: unit.to_owned(), items }
        };
        let verdict = match next {
            Some(next) if next == prediction => "That is what comes.".to_owned(),
            Some(next) => format!("What comes is “{next}”."),
            None => "The sequence ends here, so nothing can be held against it.".to_owned(),
        };
        let sentence = format!(
            "The last norm and the output layer turn the residual stream into {} logits, and softmax into probabilities: “{prediction}” \
             gets {:.3}. {verdict}",
            self.logits.len(),
            probabilities[top]
        );
        let similarities = vec![
            view("Probabilities of the likeliest symbols", "probability", &|token| probabilities[token]),
            view("Their logits", "logit", &|token| f64::from(self.logits[token])),
        ];
        let vectors = vec![VectorView::dense("Logits, in the order of the alphabet", self.logits.clone())];
        StageView { sentence, formula: "softmax(W norm(x) + b)".to_owned(), vectors, similarities }
    }
}

/// Of equal ones the first, as the kernel that judges has it.
fn first_greatest(values: &[f32]) -> usize {
    let better = |best: usize, at: usize| if values[at] > values[best] { at } else { best };
    (0..values.len()).reduce(better).unwrap_or(0)
}

fn norm(values: &[f32]) -> f64 {
    libm::sqrt(values.iter().map(|&value| f64::from(value) * f64::from(value)).sum())
}
