internal import Glibc

/// How much room a file system has, for users other than its superuser (statvfs(3)).
package struct DiskSpace: Equatable, Sendable {
    package let availableBytes: UInt64
    package let totalBytes: UInt64
    /// How many more files it takes; nil where it has no bound of its own, as btrfs.
    package let availableFiles: UInt64?

    package init(availableBytes: UInt64, totalBytes: UInt64, availableFiles: UInt64?) {
        self.availableBytes = availableBytes
        self.totalBytes = totalBytes
        self.availableFiles = availableFiles
    }

    /// Of the file system that holds what is at `path`.
    package init(at path: String) throws(FileError) {
        var status = statvfs()
        guard unsafe statvfs(path, &status) == 0 else {
            throw .system(path: path, .last("statvfs"))
        }
        let block = UInt64(status.f_frsize)
        self.init(
            availableBytes: DiskSpace.product(UInt64(status.f_bavail), block),
            totalBytes: DiskSpace.product(UInt64(status.f_blocks), block),
            availableFiles: status.f_files == 0 ? nil : UInt64(status.f_favail))
    }

    /// What a file system says of itself may be anything.
    private static func product(_ count: UInt64, _ size: UInt64) -> UInt64 {
        let (product, overflow) = count.multipliedReportingOverflow(by: size)
        return overflow ? .max : product
    }
}
