//! The contract of layers, for the in-memory layer.

use std::sync::Arc;

use catamaran::{
    InMemoryLayer, LayerConfig,
    conformance::{Declared, Deployment},
};

async fn in_memory(config: LayerConfig) -> Deployment {
    let layer = Arc::new(InMemoryLayer::new(config));
    Deployment { here: layer.clone(), there: layer, declared: Declared::default(), keep: Box::new(()) }
}

catamaran::conformance_suite!(in_memory);
