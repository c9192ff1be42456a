import Glibc
import POSIX
import TestSupport
import Testing

@Suite struct ProcessFiguresTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func write(_ text: String, _ name: String) throws {
        try Files.writeAtomically(Array(text.utf8).span, to: directory.path(of: name))
    }

    private func read() -> ProcessFigures { ProcessGauge(directory: directory.path).read() }

    @Test func `all figures of this process are there and make sense`() throws {
        let figures = ProcessGauge().read()
        let resident = try #require(figures.residentBytes)
        let virtual = try #require(figures.virtualBytes)
        #expect(resident > 1 << 20)
        #expect(virtual >= resident)
        #expect(try #require(figures.cpuSeconds) > 0)
        let start = try #require(figures.startUnixSeconds)
        let now = Double(Clock.unixMilliseconds()) / 1000
        // A tick is a hundredth, and the machine's start is known to about as much.
        #expect(start < now + 0.1)
        #expect(start > now - 7 * 24 * 3600)
        #expect(try #require(figures.openDescriptors) >= 3)
    }

    @Test func `processor time grows with work`() throws {
        let gauge = ProcessGauge()
        let before = try #require(gauge.read().cpuSeconds)
        try eventually("processor time grows") { try #require(gauge.read().cpuSeconds) > before }
    }

    @Test func `the limit of descriptors is the soft one`() throws {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let expected = limit.rlim_cur == rlim_t.max ? nil : UInt64(limit.rlim_cur)
        #expect(ProcessGauge().read().descriptorsMax == expected)
    }

    @Test func `the start does not change from one reading to the next`() {
        let gauge = ProcessGauge()
        let first = gauge.read().startUnixSeconds
        for _ in 0..<100 { #expect(gauge.read().startUnixSeconds == first) }
        #expect(first != nil)
    }

    @Test func `open descriptors are counted, and closed ones no more`() async {
        // In a process of its own, where no other test opens any.
        await #expect(processExitsWith: .success) {
            let gauge = ProcessGauge()
            // Alone but for what the libraries open for themselves, some time after the start.
            try eventually("nothing else is opened meanwhile") {
                let before = try #require(gauge.read().openDescriptors)
                let descriptors = (0..<100).map { _ in dup(0) }
                let between = gauge.read().openDescriptors
                for descriptor in descriptors { close(descriptor) }
                return between == before + 100 && gauge.read().openDescriptors == before
            }
        }
    }

    @Test func `an entry of the directory of descriptors is one, but for the reader's own`() throws
    {
        try Directories.create(directory.path(of: "fd"))
        // Without the stream that reads it, which is no entry here.
        for number in 0..<7 { try write("", "fd/\(number)") }
        #expect(read().openDescriptors == 6)
    }

    @Test func `pages are told in bytes`() throws {
        try write("20 3 1 1 0 1 0\n", "statm")
        let pageBytes = UInt64(sysconf(CInt(_SC_PAGESIZE)))
        #expect(read().virtualBytes == 20 * pageBytes)
        #expect(read().residentBytes == 3 * pageBytes)
    }

    @Test func `a program's name may hold blanks and parentheses`() throws {
        let fields = (3...52).map { $0 == 22 ? "1000000" : "7" }.joined(separator: " ")
        try write("1 (a) b (c) 1 2) \(fields)\n", "stat")
        let start = try #require(read().startUnixSeconds)
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        let boot = Double(Clock.unixMilliseconds()) / 1000 - Double(time.tv_sec)
        let ticksPerSecond = Double(sysconf(CInt(_SC_CLK_TCK)))
        #expect(abs(start - boot - 1_000_000 / ticksPerSecond) < 2)
    }

    @Test func `without the files of the kernel their figures are missing`() {
        let figures = read()
        #expect(figures.virtualBytes == nil)
        #expect(figures.residentBytes == nil)
        #expect(figures.openDescriptors == nil)
        #expect(figures.startUnixSeconds == nil)
        // Asked of the kernel itself.
        #expect(figures.cpuSeconds != nil)
    }

    @Test(arguments: [
        "", " ", "20", "20 ", "x 3", "20 -3", "20 3x", "20 18446744073709551615",
        "18446744073709551616 3", String(repeating: "1", count: 5000),
        "20 3 " + String(repeating: " ", count: 4096),
    ]) func `a file of another form is as good as none`(text: String) throws {
        try write(text, "statm")
        try write(text, "stat")
        let figures = read()
        #expect(figures.virtualBytes == nil)
        #expect(figures.residentBytes == nil)
        #expect(figures.startUnixSeconds == nil)
    }

    @Test(arguments: ["1 (a) ", "1 a S 1", "1 (a) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18"])
    func `a stat that ends before the start has none`(text: String) throws {
        try write(text, "stat")
        #expect(read().startUnixSeconds == nil)
    }
}
