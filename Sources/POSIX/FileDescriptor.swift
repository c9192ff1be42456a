internal import Glibc

/// A descriptor that is closed exactly once, when its owner ends.
package struct FileDescriptor: ~Copyable, Sendable {
    /// The number the kernel knows it by; valid while this owner lives.
    package let rawValue: CInt

    /// Takes over `rawValue`: the caller must not close it.
    package init(owning rawValue: CInt) { self.rawValue = rawValue }

    deinit { _ = close(rawValue) }
}

/// What a descriptor is waited for.
enum WaitedEvent { case readable, writable }

/// Waits until a descriptor that was made non-blocking can continue.
func wait(until event: WaitedEvent, _ descriptor: CInt) {
    let events = event == .readable ? POLLIN : POLLOUT
    var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
    _ = unsafe poll(&entry, 1, -1)
}
