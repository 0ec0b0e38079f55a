//! The labs: each a folder with its settings, its claims and what it shows.

pub mod any;
pub mod copy;
pub mod encodings;
pub mod link;
pub mod part;
pub mod results;
pub mod sequence;
pub mod settings;
pub mod trial;
pub mod weights;
