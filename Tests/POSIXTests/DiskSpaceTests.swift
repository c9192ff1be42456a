import Glibc
import POSIX
import TestSupport
import Testing

@Suite struct DiskSpaceTests {
    @Test func `the space is what df says`() throws {
        let directory = try TemporaryDirectory()
        let space = try DiskSpace(at: directory.path)
        let child = try ChildProcess(
            "/bin/df", ["--block-size=1", "--output=size,avail", directory.path])
        #expect(try child.waitForExit() == .code(0))
        let numbers = child.output.split(whereSeparator: \.isWhitespace).compactMap { UInt64($0) }
        try #require(numbers.count == 2)
        #expect(space.totalBytes == numbers[0])
        // Others write meanwhile.
        let difference = Int64(clamping: space.availableBytes) - Int64(clamping: numbers[1])
        #expect(difference.magnitude < numbers[0] / 20)
        #expect(space.availableBytes <= space.totalBytes)
    }

    @Test func `what is not there has no space`() throws {
        let path = try TemporaryDirectory().path(of: "none")
        let wanted = FileError.system(path: path, SystemError(call: "statvfs", code: ENOENT))
        #expect(throws: wanted) { try DiskSpace(at: path) }
    }
}
