//! A database's disk, which the growth of the data fills.

use headroom_scenario::Database as Parameters;

const BYTES_PER_GB: f64 = 1e9;
const BYTES_PER_KB: f64 = 1e3;

/// A disk and the data on it, in whole bytes, so that the write that fills it can be told.
#[derive(Clone, Copy, Debug)]
pub struct Disk {
    /// 0 where nobody looks at the growth of the data.
    size_bytes: u64,
    data_bytes: u64,
    write_bytes: u64,
}

impl Disk {
    /// The disk at the start of a run.
    pub fn new(parameters: &Parameters) -> Self {
        let mut disk = Self {
            size_bytes: 0,
            data_bytes: whole(parameters.data_gb * BYTES_PER_GB),
            write_bytes: 0,
        };
        disk.configure(parameters);
        disk
    }

    /// Takes over another size, and what a write adds from now on. The data stays as it is: on a disk
    /// that is smaller than that there is no room, and that is all.
    pub fn configure(&mut self, parameters: &Parameters) {
        self.size_bytes = whole(parameters.disk_room_gb() * BYTES_PER_GB);
        self.write_bytes = whole(parameters.write_kb * BYTES_PER_KB);
    }

    /// Appends what a write adds; false if there is no room for it: then nothing is written.
    #[inline]
    pub fn append(&mut self) -> bool {
        let data_bytes = self.data_bytes.saturating_add(self.write_bytes);
        let has_room = self.size_bytes == 0 || data_bytes <= self.size_bytes;
        if has_room {
            self.data_bytes = data_bytes;
        }
        has_room
    }

    /// A new disk of the same size, with nothing on it, takes its place.
    pub fn replace(&mut self) {
        self.data_bytes = 0;
    }

    /// Data on it, in GB.
    pub fn data_gb(&self) -> f64 {
        self.data_bytes as f64 / BYTES_PER_GB
    }

    /// Share of it that is used, 1 where there is more data than room; none where nobody looks.
    pub fn used_share(&self) -> Option<f64> {
        let share = self.data_bytes as f64 / self.size_bytes as f64;
        (self.size_bytes > 0).then_some(share.min(1.0))
    }
}

fn whole(bytes: f64) -> u64 {
    (bytes + 0.5) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk of 10 KB with 4 KB on it, where a write adds 2 KB.
    fn parameters() -> Parameters {
        Parameters {
            disk_gb: Some(1e-5),
            data_gb: 4e-6,
            write_kb: 2.0,
            ..Parameters::default()
        }
    }

    #[test]
    fn what_fits_to_the_last_byte_is_written_and_no_more() {
        let mut disk = Disk::new(&parameters());
        let written = (0..5).filter(|_| disk.append()).count();
        assert_eq!((written, disk.data_bytes), (3, 10_000));
        assert_eq!(disk.used_share(), Some(1.0));
        assert!(!disk.append());
        assert_eq!(disk.data_bytes, 10_000);
    }

    #[test]
    fn a_bigger_disk_has_room_at_once_and_a_smaller_one_stays_full() {
        let mut disk = Disk::new(&parameters());
        let sized = |disk_gb| Parameters {
            disk_gb: Some(disk_gb),
            data_gb: 9.0,
            ..parameters()
        };
        disk.configure(&sized(3e-6));
        assert_eq!((disk.append(), disk.used_share()), (false, Some(1.0)));
        disk.configure(&sized(6e-6));
        assert!(disk.append() && !disk.append());
        assert_eq!(disk.data_gb(), 6e-6, "what was there at the start is past");
    }

    #[test]
    fn a_new_disk_is_empty() {
        let mut disk = Disk::new(&parameters());
        disk.replace();
        assert_eq!((disk.data_gb(), disk.used_share()), (0.0, Some(0.0)));
    }

    #[test]
    fn without_a_size_data_grows_and_nobody_looks() {
        let mut disk = Disk::new(&Parameters {
            disk_gb: Some(0.0),
            ..parameters()
        });
        assert!((0..100).all(|_| disk.append()));
        assert_eq!(disk.used_share(), None);
        disk.configure(&parameters());
        assert!(!disk.append(), "it has grown all the same");
    }
}
