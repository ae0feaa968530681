//! What no phone would send: bodies that explode, payloads one byte too long, JSON without bottom, statements whose
//! every word is wrong, requests by the thousand. The server stays well, says clearly what is wrong, writes nothing by
//! halves, and goes on serving phones.

mod bombs;
mod fuzz;
mod rubbish;
mod sizes;
mod thousands;
