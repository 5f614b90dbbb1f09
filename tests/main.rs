//! Everything stocksync promises, tried from outside: one module per behaviour.

mod documents;
