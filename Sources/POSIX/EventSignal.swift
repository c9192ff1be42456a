internal import CLinux
internal import Glibc

/// A descriptor that becomes readable when any thread raises it (eventfd(2)).
package struct EventSignal: ~Copyable, Sendable {
    package let descriptor: FileDescriptor

    package init() throws(SystemError) {
        let rawValue = eventfd(0, CInt(EFD_CLOEXEC | EFD_NONBLOCK))
        guard rawValue != -1 else { throw .last("eventfd") }
        descriptor = FileDescriptor(owning: rawValue)
    }

    /// Makes the descriptor readable; raising it again before it is cleared does nothing more.
    package func raise() { _ = eventfd_write(descriptor.rawValue, 1) }

    /// Makes the descriptor unreadable until it is raised again.
    package func clear() {
        var count: eventfd_t = 0
        _ = unsafe eventfd_read(descriptor.rawValue, &count)
    }
}
