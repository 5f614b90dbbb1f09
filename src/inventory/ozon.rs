//! Ozon's products report: what a line of it says, and which stock follows from that.
