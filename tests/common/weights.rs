//! What a weights file holds, read apart from the lab's own reader.

#![allow(unreachable_pub, reason = "this is not an interface")]

use std::collections::BTreeMap;

use safetensors::SafeTensors;

/// Shape, and numbers as bits.
pub type Tensor = (Vec<usize>, Vec<u32>);

/// What the file says of its format.
pub fn format(file: &[u8]) -> u64 {
    let (_, header) = SafeTensors::read_metadata(file).unwrap();
    let about = header.metadata().as_ref().unwrap().get("mnemoscope").unwrap();
    serde_json::from_str::<serde_json::Value>(about).unwrap()["format"].as_u64().unwrap()
}

/// Parameters and moments by the names of format 2, with its shapes: format 1 had the weights of linear layers transposed.
pub fn tensors(file: &[u8]) -> BTreeMap<String, Tensor> {
    let format = format(file);
    let tensors = SafeTensors::deserialize(file).unwrap();
    let of_runs = tensors.iter().filter(|(name, _)| !name.starts_with("history."));
    let read = of_runs.map(|(name, view)| {
        let words = view.data().as_chunks::<4>().0.iter().map(|&word| u32::from_le_bytes(word)).collect();
        let (name, tensor) = (name.to_owned(), (view.shape().to_vec(), words));
        let layers = ["proj.weight", "linear1.weight", "linear2.weight", "output.weight"];
        let linear = layers.iter().any(|end| name.ends_with(end));
        let tensor = if format == 1 && linear { transposed(tensor) } else { tensor };
        (if format == 1 { name.replace("in_proj.", "in_proj_") } else { name }, tensor)
    });
    read.collect()
}

fn transposed((shape, words): Tensor) -> Tensor {
    let [rows, columns] = shape[..] else { panic!("{shape:?} is no matrix") };
    let words = (0..rows * columns).map(|at| words[at % rows * columns + at / rows]).collect();
    (vec![columns, rows], words)
}
