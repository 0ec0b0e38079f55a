//! The presets of the symmetry lab, the defaults first.

use crate::labs::settings::Preset;

/// The presets.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "learn",
        label: "Students",
        help: "Four students learn an equivariant teacher in one basis, three teachers: who works in another basis?",
        values: &[],
    },
    Preset {
        id: "training",
        label: "Training",
        help: "The same attention trained in two bases by four optimisers: which trainings stay the same?",
        values: TRAINING,
    },
    Preset {
        id: "norms",
        label: "Training, norms inside",
        help: "Five optimisers, weight decay among them, each without a norm, with RMSNorm and with LayerNorm inside.",
        values: &[
            ("experiment", "training"),
            ("optimisers", "descent,momentum,adam-tensor,adam,adamw"),
            ("norms", "none,rms,layer"),
            ("schedule", "constant"),
            ("steps", "1000"),
            ("every", "50"),
        ],
    },
    Preset {
        id: "few",
        label: "Few sequences",
        help: "The students learn from 32 sequences again and again.",
        values: &[("samples", "32")],
    },
    Preset {
        id: "full",
        label: "All students, long",
        help: "Five teachers, 10,000 steps: an hour. For the command line, with samples of 16 to 4096.",
        values: &[("seeds", "5"), ("steps", "10000"), ("tests", "1000"), ("every", "500")],
    },
];

const TRAINING: &[(&str, &str)] =
    &[("experiment", "training"), ("schedule", "constant"), ("steps", "1000"), ("every", "10")];
