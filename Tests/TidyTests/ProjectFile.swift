import Foundation

/// A file of the project, with its path from the root.
struct ProjectFile {
    let path: String
    let text: String
    let lines: [String]
    /// Nil for what is not Swift.
    let swift: SwiftLexer?

    init(path: String, text: String) {
        self.path = path
        self.text = text
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        swift = path.hasSuffix(".swift") ? SwiftLexer(text) : nil
    }

    /// The target that a file in Sources or Tests belongs to.
    var target: String? {
        let parts = path.split(separator: "/")
        guard parts.count > 2, parts[0] == "Sources" || parts[0] == "Tests" else { return nil }
        return String(parts[1])
    }

    var lineCount: Int { lines.last == "" ? lines.count - 1 : lines.count }
    var isSource: Bool { path.hasPrefix("Sources/") }
    var isTest: Bool { path.hasPrefix("Tests/") }
    var name: String { String(path.split(separator: "/").last ?? "") }
}

/// The checkout that these tests were compiled from.
enum Project {
    /// Its directory; this file is Tests/TidyTests/….swift in it.
    static let root =
        #filePath.split(separator: "/", omittingEmptySubsequences: false)
        .dropLast(3).joined(separator: "/")

    /// What was written by hand: no builds, no data, no models.
    static let files: [ProjectFile] = {
        let folders = [
            "Sources", "Tests", "Fuzz", "Docs", "Config", "Benchmarks", "Scripts", ".ci",
        ]
        let inFolders = folders.flatMap { folder in
            let paths = FileManager.default.enumerator(atPath: "\(root)/\(folder)/")?.allObjects
            return (paths ?? []).compactMap { $0 as? String }.map { "\(folder)/\($0)" }
        }
        let atRoot = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        return (inFolders + atRoot).sorted().compactMap(read)
    }()

    static let manifest: PackageManifest = {
        let text = files.first { $0.path == "Package.swift" }?.text
        return PackageManifest(text ?? "")
    }()

    /// Where `path`, which may go up with `..`, leads from the directory of `file`.
    static func path(_ path: String, from file: ProjectFile) -> String {
        var parts = file.path.split(separator: "/").dropLast()
        for part in path.split(separator: "/") {
            if part == ".." { parts = parts.dropLast() } else { parts.append(part) }
        }
        return parts.joined(separator: "/")
    }

    static func hasFile(at path: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(root)/\(path)")
    }

    private static let endings = [
        ".swift", ".md", ".conf", ".sh", ".h", ".c", ".modulemap", ".yaml",
    ]
    private static let names = ["Makefile", "Dockerfile", "run"]

    private static func read(_ path: String) -> ProjectFile? {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        // A folder may have such a name too: then there is no text.
        guard names.contains(name) || endings.contains(where: name.hasSuffix),
            let text = try? String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)
        else { return nil }
        return ProjectFile(path: path, text: text)
    }
}
