import Bundle
import POSIX
import TestSupport
import Testing

struct BundleWriterTests {
    private let parent: TemporaryDirectory
    private let contents: BundleWriter
    private let directory: String

    init() throws {
        parent = try TemporaryDirectory()
        contents = try SyntheticBundle().writer
        directory = parent.path(of: "1")
    }

    @Test func `a version is written once`() throws {
        _ = try contents.write(to: directory)
        let before = try Files.read("\(directory)/manifest.json", bytesMax: 1 << 20)
        #expect(throws: BundleWriteError.outputExists(path: directory)) {
            try contents.write(to: directory)
        }
        #expect(throws: BundleWriteError.outputExists(path: directory)) {
            try BundleWriter.prepare(directory)
        }
        #expect(try Files.read("\(directory)/manifest.json", bytesMax: 1 << 20) == before)
    }

    @Test func `what an interrupted training left is replaced, or removed before the next`() throws
    {
        for isPrepared in [false, true] {
            let directory = parent.path(of: "of \(isPrepared)")
            try Directories.create("\(directory).new")
            try write(Array("half".utf8), to: "\(directory).new/model.json")
            if isPrepared {
                try BundleWriter.prepare(directory)
            } else {
                _ = try contents.write(to: directory)
            }
            #expect(!Directories.isAnything(at: "\(directory).new"))
            #expect(Directories.isAnything(at: directory) != isPrepared)
        }
    }

    @Test func `a place that cannot be written is told and nothing is left`() throws {
        let file = parent.path(of: "table.csv")
        try BundleTests.write([], to: file)
        let names = try Files.names(in: parent.path)
        for write in [{ try BundleWriter.prepare($0) }, { _ = try contents.write(to: $0) }] {
            #expect {
                try write("\(file)/1")
            } throws: { "\($0)" == "\(file): mkdir: File exists" }
            #expect(try Files.names(in: parent.path) == names)
        }
    }
}
