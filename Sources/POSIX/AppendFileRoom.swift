internal import CLinux
internal import Glibc

extension AppendFile {
    /// Sets room aside for `count` bytes after the first `size`, and leaves the size as it is. A
    /// file system that cannot do so is no error.
    package func reserve(_ count: Int, behind size: Int) throws(SystemError) {
        let result = retryingOnInterrupt {
            Int(clinux_reserve(descriptor.rawValue, size, count))
        }
        guard result == 0 || errno == EOPNOTSUPP || errno == ENOSYS else {
            throw .last("fallocate")
        }
    }
}
