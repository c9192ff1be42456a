import POSIX
import TestSupport
import Testing
import Training

struct BundleWriterTests {
    private let table: TrainingTable
    private let contents: BundleWriter
    private let directory: String

    init() throws {
        table = try TrainingTable(rows: TrainingTable.rows(100))
        contents = try TrainingRun(
            try table.read(), path: "", options: quickOptions([.stumps])
        ).run().contents
        directory = table.directory.path(of: "1")
    }

    @Test func `a version is written once`() throws {
        _ = try contents.write(to: directory)
        let before = try Files.read("\(directory)/manifest.json", bytesMax: 1 << 20)
        #expect(throws: TrainingError.outputExists(path: directory)) {
            try contents.write(to: directory)
        }
        #expect(throws: TrainingError.outputExists(path: directory)) {
            try BundleWriter.prepare(directory)
        }
        #expect(try Files.read("\(directory)/manifest.json", bytesMax: 1 << 20) == before)
    }

    @Test func `what an interrupted training left is replaced, or removed before the next`() throws
    {
        for isPrepared in [false, true] {
            let directory = table.directory.path(of: "of \(isPrepared)")
            try Directories.create("\(directory).new")
            try table.write("half", to: "\(directory).new/model.json")
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
        let names = try Files.names(in: table.directory.path)
        for write in [{ try BundleWriter.prepare($0) }, { _ = try contents.write(to: $0) }] {
            #expect {
                try write("\(table.tablePath)/1")
            } throws: { "\($0)" == "\(table.tablePath): mkdir: File exists" }
            #expect(try Files.names(in: table.directory.path) == names)
        }
    }
}
