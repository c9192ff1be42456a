internal import Foundation

/// A directory of a test's own, removed with all that is in it when its owner ends.
package final class TemporaryDirectory: Sendable {
    package let path: String

    package init() throws {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("churnd-test-\(UUID().uuidString)", isDirectory: true)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit {
        // What is left over in the system's temporary directory fails no test.
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of a name in the directory.
    package func path(of name: String) -> String { "\(path)/\(name)" }
}
