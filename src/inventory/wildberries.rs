//! Wildberries' stock answers: what an item of each says, and which stock follows from that.
