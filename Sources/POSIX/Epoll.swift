internal import CLinux
internal import Glibc

/// What a descriptor is watched for.
package struct Interest: OptionSet, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let readable = Interest(rawValue: EPOLLIN.rawValue)
    package static let writable = Interest(rawValue: EPOLLOUT.rawValue)
}

/// What the kernel says of a watched descriptor. `failed` and `hungUp` come unasked.
package struct Readiness: OptionSet, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let readable = Readiness(rawValue: EPOLLIN.rawValue)
    package static let writable = Readiness(rawValue: EPOLLOUT.rawValue)
    package static let failed = Readiness(rawValue: EPOLLERR.rawValue)
    package static let hungUp = Readiness(rawValue: EPOLLHUP.rawValue)
}

/// A set of watched descriptors, level-triggered (epoll(7)).
@safe
package struct Epoll: ~Copyable {
    private let descriptor: FileDescriptor
    // SAFETY: no other code knows the buffer, and every index into it is checked.
    private let events: UnsafeMutableBufferPointer<epoll_event>

    /// - Parameter eventsMax: how many events one `wait` fetches.
    package init(eventsMax: Int) throws(SystemError) {
        let rawValue = epoll_create1(CInt(EPOLL_CLOEXEC))
        guard rawValue != -1 else { throw .last("epoll_create1") }
        descriptor = FileDescriptor(owning: rawValue)
        // SAFETY: initialized as a whole here, and freed by deinit alone.
        unsafe events = .allocate(capacity: eventsMax)
        unsafe events.initialize(repeating: epoll_event())
    }

    deinit { unsafe events.deallocate() }

    /// Watches a descriptor; `token` comes back with its events.
    package func add(_ target: CInt, _ interest: Interest, token: UInt64) throws(SystemError) {
        try control(EPOLL_CTL_ADD, target, interest, token)
    }

    package func modify(_ target: CInt, _ interest: Interest, token: UInt64) throws(SystemError) {
        try control(EPOLL_CTL_MOD, target, interest, token)
    }

    /// Stops watching; closing the descriptor does the same.
    package func remove(_ target: CInt) {
        _ = epoll_ctl(descriptor.rawValue, EPOLL_CTL_DEL, target, nil)
    }

    /// Waits for events, at most `timeoutMilliseconds` (−1: for ever); returns how many came. A
    /// signal ends the wait with none.
    package func wait(timeoutMilliseconds: Int32) -> Int {
        // SAFETY: the kernel writes at most `events.count` events into the buffer.
        let count = unsafe epoll_wait(
            descriptor.rawValue, events.baseAddress, CInt(events.count), timeoutMilliseconds)
        return max(0, Int(count))
    }

    /// The event at `index` of the latest `wait`.
    package func event(at index: Int) -> (token: UInt64, readiness: Readiness) {
        precondition(unsafe index < events.count)
        // SAFETY: the index was checked, and every element is initialized.
        let event = unsafe events[index]
        return unsafe (event.data.u64, Readiness(rawValue: event.events))
    }

    private func control(
        _ operation: CInt, _ target: CInt, _ interest: Interest, _ token: UInt64
    ) throws(SystemError) {
        // SAFETY: the kernel copies the event during the call.
        var event = unsafe epoll_event(
            events: interest.rawValue, data: epoll_data_t(u64: token))
        guard unsafe epoll_ctl(descriptor.rawValue, operation, target, &event) == 0 else {
            throw .last("epoll_ctl")
        }
    }
}

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
