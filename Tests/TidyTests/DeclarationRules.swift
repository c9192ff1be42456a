/// What a file declares, and the words that it uses.
private struct Declarations {
    struct Name {
        let text: String
        let line: Int
        let isType: Bool
        /// Not in another type.
        let isTop: Bool
    }

    private(set) var names: [Name] = []

    private static let types: Set<String> = [
        "struct", "class", "enum", "protocol", "actor", "typealias",
    ]
    private static let members: Set<String> = ["func", "var", "let"]

    init(_ file: ProjectFile) {
        let tokens = (file.swift?.tokens ?? []).filter { $0.kind != .string }
        var depth = 0
        var attributes: [String] = []
        for index in tokens.indices.dropLast() {
            let text = tokens[index].text
            if text == "{" { depth += 1 }
            if text == "}" { depth -= 1 }
            if text.hasPrefix("@") { attributes.append(text) }
            if text == "{" || text == "}" { attributes = [] }
            let isType = Declarations.types.contains(text)
            guard isType || Declarations.members.contains(text),
                tokens[index + 1].kind == .word, !Declarations.isKeyword(tokens[index + 1].text)
            else { continue }
            // What has an attribute may be used by whoever reads that: @main, @Option.
            if !attributes.contains("@main") {
                names.append(
                    Name(
                        text: tokens[index + 1].text, line: tokens[index + 1].line, isType: isType,
                        isTop: depth == 0))
            }
            attributes = []
        }
    }

    private static func isKeyword(_ word: String) -> Bool {
        members.contains(word) || word == "_"
    }
}

/// The name of a type at the top is that of no other; what is nested may be called alike.
enum TypeNames {
    static func violations(in files: [ProjectFile]) -> [String] {
        var places: [String: [(place: String, isTop: Bool)]] = [:]
        for file in files {
            for name in Declarations(file).names where name.isType {
                places[name.text, default: []].append(("\(file.path):\(name.line)", name.isTop))
            }
        }
        return places.filter { $1.count > 1 && $1.contains(where: \.isTop) }.flatMap { name, all in
            all.map { "\($0.place): \(name) is the name of another type too" }
        }.sorted()
    }
}

/// A name that is declared in Sources and occurs nowhere else there serves nobody, or tests alone.
enum DeadDeclarations {
    private static let allowed: Set<String> = [
        // Requirements of swift-log.
        "logLevel",
        // How large a table is that tests fill.
        "addressCount",
        // Called by its parentheses.
        "callAsFunction",
    ]

    static func violations(in files: [ProjectFile]) -> [String] {
        let sources = files.filter(\.isSource)
        var uses: [String: Int] = [:]
        for file in sources + files.filter({ $0.path.hasPrefix("Fuzz/") }) {
            for token in file.swift?.tokens ?? [] where token.kind == .word {
                uses[token.text, default: 0] += 1
            }
        }
        return sources.flatMap { file in
            Declarations(file).names.filter { uses[$0.text] == 1 && !allowed.contains($0.text) }
                .map { "\(file.path):\($0.line): \($0.text) is used by no source" }
        }
    }
}

/// Targets of many files or lines have their reason in a table under a heading of the document.
enum LargeTargets {
    static func violations(in files: [ProjectFile], document: String) -> [String] {
        let part = document.split(separator: "\n").drop { $0 != "## Large targets" }.dropFirst()
            .prefix { !$0.hasPrefix("## ") }
        let rows = part.filter { $0.hasPrefix("| ") }.dropFirst()
        let named = Set(rows.map { row in String(row.dropFirst(2).prefix { $0 != " " }) })
        let large = Set(
            Dictionary(grouping: files) { $0.target ?? "" }.filter { _, files in
                files.count > 40 || files.map(\.lineCount).reduce(0, +) > 3500
            }.keys)
        return large.subtracting(named).map { "\($0) is large and has no reason" }.sorted()
            + named.subtracting(large).map { "\($0) has a reason and is not large" }.sorted()
    }
}

extension HouseRule {
    static let shortFiles = HouseRule(
        statement: "a file of under 30 lines joins its neighbour, unless it is a boundary"
    ) { file in
        guard file.isSource, file.swift != nil, (1..<30).contains(file.lineCount),
            !doorTargets.contains(file.target ?? ""), !shortOnes.contains(file.name)
        else { return [] }
        return [1]
    }

    /// Doors to C are small.
    private static let doorTargets: Set<String> = ["CLinux", "POSIX", "OpenSSL", "XGBoost"]
    private static let shortOnes: Set<String> = [
        "AdmissionFailure.swift", "Channel.swift", "ClosedCounter.swift", "ControlCharacters.swift",
        "Identifier.swift", "InMemoryAdmissionStore.swift", "Interruption.swift",
        "JSONErrorDescription.swift", "JSONLogHandler.swift", "JSONString.swift",
        "ModelCommand.swift", "ModelLimits.swift", "NamePrefix.swift", "OperationsAnswer.swift",
        "OperationsPath.swift", "ReasonPhrase.swift", "RedisLimits.swift", "RedisNeighbours.swift",
        "Release.swift", "RepeatedRows.swift", "RowFault.swift", "TimeInWords.swift",
        "TrainingOptions.swift",
    ]
}
