/// Rules that need more than one file.
enum ManifestRules {
    /// Package.swift lists the layers from the lowest up.
    static func upwardDependencies(in manifest: PackageManifest) -> [String] {
        let order = Dictionary(
            manifest.targets.enumerated().map { ($1.name, $0) },
            uniquingKeysWith: { first, _ in first })
        return manifest.targets.enumerated().flatMap { index, target in
            target.dependencies.filter { (order[$0] ?? -1) >= index }.map {
                "Package.swift:\(target.line): \(target.name) depends on \($0), declared below it"
            }
        }
    }
}

/// A protocol is worth its name when two types that ship conform to it.
enum ProtocolRule {
    static func violations(in files: [ProjectFile]) -> [String] {
        files.flatMap { file in
            declarations(in: file).filter { name, _ in
                files.map { conformances(to: name, in: $0) }.reduce(0, +) < 2
            }.map { "\(file.path):\($1): protocol \($0) has fewer than two implementations" }
        }
    }

    private static func declarations(in file: ProjectFile) -> [(String, Int)] {
        let tokens = file.swift?.tokens ?? []
        return tokens.indices.dropLast().filter { tokens[$0].text == "protocol" }
            .map { (tokens[$0 + 1].text, tokens[$0].line) }
    }

    /// Types and extensions that name the protocol between the colon and the brace.
    private static func conformances(to name: String, in file: ProjectFile) -> Int {
        let tokens = file.swift?.tokens ?? []
        let keywords = ["struct", "class", "enum", "actor", "extension"]
        return tokens.indices.filter { index in
            guard keywords.contains(tokens[index].text), tokens[index].kind == .word,
                let brace = tokens[index...].firstIndex(where: { $0.text == "{" }),
                let colon = tokens[index..<brace].firstIndex(where: { $0.text == ":" })
            else { return false }
            let conditions = tokens[colon..<brace].firstIndex { $0.text == "where" } ?? brace
            return tokens[colon..<conditions].contains { $0.text == name }
        }.count
    }
}

/// Links from one document of the project to a file of it, and to a heading of that.
enum MarkdownLinks {
    struct Link: Equatable {
        /// Empty for a heading of the same document.
        let path: String
        let anchor: String?
        let line: Int
    }

    static func all(in file: ProjectFile) -> [Link] {
        var isFenced = false
        var links: [Link] = []
        for (index, line) in file.lines.enumerated() {
            if line.hasPrefix("```") { isFenced.toggle() }
            if isFenced { continue }
            for part in line.components(after: "](") {
                let target = part.prefix { $0 != ")" && $0 != " " }
                if target.isEmpty || target.contains(":") { continue }
                let parts = target.split(
                    separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
                links.append(
                    Link(
                        path: String(parts[0]), anchor: parts.count > 1 ? String(parts[1]) : nil,
                        line: index + 1))
            }
        }
        return links
    }

    /// The anchors that a forge makes of a document's headings.
    static func anchors(in file: ProjectFile) -> Set<String> {
        var isFenced = false
        var anchors: Set<String> = []
        for line in file.lines {
            if line.hasPrefix("```") { isFenced.toggle() }
            guard !isFenced, line.hasPrefix("#") else { continue }
            let heading = line.drop { $0 == "#" }.dropFirst().lowercased()
            anchors.insert(
                String(
                    heading.compactMap { character -> Character? in
                        if character == " " { return "-" }
                        let stays =
                            character.isLetter || character.isNumber || "-_".contains(character)
                        return stays ? character : nil
                    }))
        }
        return anchors
    }
}

extension String {
    /// What follows each place where `mark` stands, up to the next of them.
    fileprivate func components(after mark: String) -> [Substring] {
        var parts: [Substring] = []
        var rest = self[...]
        while let found = rest.firstRange(of: mark) {
            rest = rest[found.upperBound...]
            parts.append(rest[..<(rest.firstRange(of: mark)?.lowerBound ?? rest.endIndex)])
        }
        return parts
    }
}

/// Paths of the repository that documents name in backticks, as they are or at the start of a
/// command.
enum NamedPaths {
    struct Named: Equatable {
        let path: String
        let line: Int
    }

    private static let folders = [
        "Sources/", "Tests/", "Fuzz/", "Docs/", "Config/", "Models/", "Benchmarks/", "Scripts/",
        ".ci/",
    ]

    static func all(in file: ProjectFile) -> [Named] {
        var isFenced = false
        var named: [Named] = []
        for (index, line) in file.lines.enumerated() {
            if line.hasPrefix("```") { isFenced.toggle() }
            if isFenced { continue }
            // Between two backticks is every second part.
            let parts = line.split(separator: "`", omittingEmptySubsequences: false)
            for (place, part) in parts.enumerated() where place % 2 == 1 {
                let path = String(part.prefix { $0 != " " })
                guard folders.contains(where: path.hasPrefix) else { continue }
                named.append(Named(path: path, line: index + 1))
            }
        }
        return named
    }
}
