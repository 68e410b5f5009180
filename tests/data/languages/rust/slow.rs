fn main() {
    let mut i: u64 = 1;
    while i != 0 {
        i = i.wrapping_mul(3) | 1;
    }
}
