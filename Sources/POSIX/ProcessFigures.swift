internal import Glibc

/// What this process has taken of its machine. A figure that the system does not report is nil.
package struct ProcessFigures: Equatable, Sendable {
    /// Of all its threads, in user and system mode together.
    package var cpuSeconds: Double?
    /// In RAM.
    package var residentBytes: UInt64?
    /// Addresses taken, whether memory backs them or not.
    package var virtualBytes: UInt64?
    package var openDescriptors: UInt64?
    /// The soft limit; nil also where there is none.
    package var descriptorsMax: UInt64?
    package var startUnixSeconds: Double?

    /// Nothing is known.
    package init() {}
}

/// Reads the figures of this process, each time again except its start: that is found once, because
/// what looks for restarts takes any other number for one.
package struct ProcessGauge: Sendable {
    /// Files of /proc that are read have some hundred bytes.
    private static let bytesMax = 4096
    /// More are not counted.
    private static let descriptorsCountMax = 1 << 20
    /// Where the kernel reports on this process (proc(5)).
    private static let kernelsOwn = "/proc/self"

    private let directory: String
    private let startUnixSeconds: Double?

    /// - Parameter directory: what is read in place of the kernel's own.
    package init(directory: String? = nil) {
        let directory = directory ?? ProcessGauge.kernelsOwn
        self.directory = directory
        startUnixSeconds = ProcessGauge.startUnixSeconds(directory)
    }

    /// Takes 20 microseconds; before Linux 6.2 some milliseconds with ten thousand descriptors.
    package func read() -> ProcessFigures {
        var figures = ProcessFigures()
        figures.cpuSeconds = cpuSeconds()
        if let memory = ProcessGauge.memory(inStatm: text(of: "statm")) {
            figures.virtualBytes = memory.virtual
            figures.residentBytes = memory.resident
        }
        figures.openDescriptors = openDescriptors()
        figures.descriptorsMax = descriptorsMax()
        figures.startUnixSeconds = startUnixSeconds
        return figures
    }

    /// The first two numbers of statm, which counts pages (proc(5)).
    private static func memory(
        inStatm text: [UInt8]
    ) -> (virtual: UInt64, resident: UInt64)? {
        let words = text.split(separator: UInt8(ascii: " "))
        let pageBytes = UInt64(max(sysconf(CInt(_SC_PAGESIZE)), 0))
        guard words.count >= 2, let virtual = number(words[0]), let resident = number(words[1])
        else { return nil }
        let (virtualBytes, virtualOverflows) = virtual.multipliedReportingOverflow(by: pageBytes)
        let (residentBytes, overflows) = resident.multipliedReportingOverflow(by: pageBytes)
        return virtualOverflows || overflows ? nil : (virtualBytes, residentBytes)
    }

    /// The twenty-second field of stat: ticks from the machine's start to the process' (proc(5)).
    private static func startTicks(inStat text: [UInt8]) -> UInt64? {
        // The second field is the program's name in parentheses, which may hold anything.
        guard let name = text.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let words = text[(name + 1)...].split(separator: UInt8(ascii: " "))
        return words.count >= 20 ? number(words[19]) : nil
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        UInt64(String(decoding: digits, as: UTF8.self))
    }

    private static func startUnixSeconds(_ directory: String) -> Double? {
        let ticksPerSecond = sysconf(CInt(_SC_CLK_TCK))
        guard let ticks = startTicks(inStat: text(of: "stat", in: directory)), ticksPerSecond > 0,
            let sinceBoot = seconds(on: CLOCK_BOOTTIME), let now = seconds(on: CLOCK_REALTIME)
        else { return nil }
        // To a hundredth, which is what a tick is.
        let start = now - sinceBoot + Double(ticks) / Double(ticksPerSecond)
        return (start * 100).rounded() / 100
    }

    private static func seconds(on clock: clockid_t) -> Double? {
        var time = timespec()
        guard unsafe clock_gettime(clock, &time) == 0 else { return nil }
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private func text(of name: String) -> [UInt8] { ProcessGauge.text(of: name, in: directory) }

    /// Empty when the file cannot be read: a figure that is not known is left out, and why is of
    /// use to nobody.
    private static func text(of name: String, in directory: String) -> [UInt8] {
        (try? Files.read("\(directory)/\(name)", bytesMax: bytesMax)) ?? []
    }

    private func cpuSeconds() -> Double? {
        var usage = rusage()
        guard unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else {
            return nil
        }
        let microseconds = Int64(usage.ru_utime.tv_usec) + Int64(usage.ru_stime.tv_usec)
        let seconds = Int64(usage.ru_utime.tv_sec) + Int64(usage.ru_stime.tv_sec)
        return Double(seconds) + Double(microseconds) / 1e6
    }

    private func openDescriptors() -> UInt64? {
        let path = "\(directory)/fd"
        var status = stat()
        // Since Linux 6.2 the size is the count; before it is 0. Going through ten thousand entries
        // takes 12 to 35 milliseconds.
        if directory == ProcessGauge.kernelsOwn, unsafe stat(path, &status) == 0,
            status.st_size > 0
        {
            return UInt64(status.st_size)
        }
        return ProcessGauge.entryCount(of: path)
    }

    /// The entries of the directory of descriptors but for the one that reads it.
    private static func entryCount(of path: String) -> UInt64? {
        // SAFETY: the stream is used on this thread only and closed before the return; no entry is
        // kept.
        guard let stream = unsafe opendir(path) else { return nil }
        defer { _ = unsafe closedir(stream) }
        var count: UInt64 = 0
        while count < descriptorsCountMax, let entry = unsafe readdir(stream) {
            // `.` and `..` are no descriptors.
            if unsafe entry.pointee.d_name.0 != CChar(bitPattern: UInt8(ascii: ".")) { count += 1 }
        }
        return count > 0 ? count - 1 : 0
    }

    private func descriptorsMax() -> UInt64? {
        var limit = rlimit()
        let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard unsafe getrlimit(kind, &limit) == 0, limit.rlim_cur != rlim_t.max else { return nil }
        return UInt64(limit.rlim_cur)
    }
}
