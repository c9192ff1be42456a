internal import Glibc

/// A descriptor that is closed exactly once, when its owner ends.
package struct FileDescriptor: ~Copyable, Sendable {
    /// The number the kernel knows it by; valid while this owner lives.
    package let rawValue: CInt

    /// Takes over `rawValue`: the caller must not close it.
    package init(owning rawValue: CInt) { self.rawValue = rawValue }

    deinit { _ = close(rawValue) }
}
