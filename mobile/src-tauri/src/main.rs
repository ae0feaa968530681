//! The phone app as a program of a desktop.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() {
    kandas_mobile::run();
}
