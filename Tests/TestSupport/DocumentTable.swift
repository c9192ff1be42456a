internal import POSIX
internal import Testing

/// A table of a document, between a comment that names it and one that ends it.
package struct DocumentTable {
    /// The lines between the comments.
    package let lines: [String]

    /// - Parameter name: the table stands between `<!-- name: …` and `<!-- end of name -->`.
    package init(_ name: String, of path: String) throws {
        let all = try DocumentTable.lines(of: path)
        let first = try #require(all.firstIndex { $0.hasPrefix("<!-- \(name): ") })
        let last = try #require(all.firstIndex(of: "<!-- end of \(name) -->"))
        lines = Array(all[(first + 1)..<last])
    }

    /// The cells of each row, without the head of the table.
    package var rows: [[String]] {
        lines.dropFirst(2).map { line in
            line.split(separator: "|").map { cell in
                String(cell.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            }
        }
    }

    /// The lines of one of the project's files.
    package static func lines(of path: String) throws -> [String] {
        let bytes = try Files.read("\(ProjectPlaces.root)/\(path)", bytesMax: 1 << 20)
        return String(decoding: bytes, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false
        ).map(String.init)
    }
}
