/// Rules about single words.
extension HouseRule {
    private static let vagueWords: Set<String> = [
        "Manager", "Helper", "Helpers", "Util", "Utils", "Common", "Impl", "Parts", "Desk",
        "Intake", "Facts", "Notes",
    ]
    private static let typeKeywords = [
        "struct", "class", "enum", "actor", "protocol", "typealias",
    ]

    static let names = HouseRule(
        statement: "no name has Manager, Helper, Utils, Common, Impl, Parts, Desk, Intake, Facts "
            + "or Notes in it, or ends in Base"
    ) { file in
        guard let tokens = file.swift?.tokens else { return [] }
        let types = tokens.indices.dropLast().filter { index in
            typeKeywords.contains(tokens[index].text)
                && isVague(tokens[index + 1].text)
        }.map { tokens[$0].line }
        return (isVague(String(file.name.dropLast(".swift".count))) ? [1] : []) + types
    }

    private static func isVague(_ name: String) -> Bool {
        var words: [String] = []
        for character in name {
            if character.isUppercase || words.isEmpty { words.append("") }
            words[words.count - 1].append(character)
        }
        // A base is right in front: BaseMargin, Base64.
        return words.contains(where: vagueWords.contains) || words.last == "Base"
    }

    static let noVagueFailure = HouseRule(
        statement: "a failure names the cases that cannot be: no `case _` or `default` before it"
    ) { file in
        guard file.isSource, let tokens = file.swift?.tokens else { return [] }
        let failures = ["preconditionFailure", "fatalError", "assertionFailure"]
        return tokens.indices.dropFirst(2).filter { index in
            failures.contains(tokens[index].text) && tokens[index - 1].text == ":"
                && ["_", "default"].contains(tokens[index - 2].text)
        }.map { tokens[$0].line }
    }

    static let noMarkers = HouseRule(
        statement: "no comment says TO" + "DO, FIX" + "ME, XX" + "X or MA" + "RK"
    ) { file in
        let markers: Set<Substring> = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "MA" + "RK"]
        return (file.swift?.comments ?? []).filter { comment in
            comment.text.split { !$0.isLetter }.contains { markers.contains($0) }
        }.map(\.line)
    }

    static let noPublic = HouseRule(statement: "`package` is the widest access") { file in
        guard file.isSource || file.isTest else { return [] }
        return words(in: file).filter { ["public", "open", "@usableFromInline"].contains($0.text) }
            .filter { token in token.text != "open" || isModifier(token, in: file) }.map(\.line)
    }

    /// `open` is also a system call.
    private static func isModifier(_ token: SwiftLexer.Token, in file: ProjectFile) -> Bool {
        let tokens = file.swift?.tokens ?? []
        guard let index = tokens.firstIndex(of: token), index + 1 < tokens.count else {
            return false
        }
        return ["class", "func", "var", "override", "subscript"].contains(tokens[index + 1].text)
    }

    static let noSleep = HouseRule(
        statement: "nothing sleeps: wait on a condition with a deadline"
    ) { file in
        let tokens = file.swift?.tokens ?? []
        let sleeps = ["sleep", "usleep", "nanosleep", "clock_nanosleep"]
        return tokens.indices.dropLast().filter { index in
            tokens[index].kind == .word && sleeps.contains(tokens[index].text)
                && tokens[index + 1].text == "("
                && (index == 0 || tokens[index - 1].text != "func")
        }.map { tokens[$0].line }
    }

    static let noEmoji = HouseRule(statement: "no emoji and no dingbats") { file in
        guard !file.isTest else { return [] }
        return file.lines.indices.filter { index in
            file.lines[index].unicodeScalars.contains { scalar in
                scalar.properties.isEmojiPresentation
                    || (0x2700...0x27BF).contains(scalar.value)
                    || (0x1F000...0x1FAFF).contains(scalar.value) || scalar.value == 0xFE0F
            }
        }.map { $0 + 1 }
    }

    static let noMachinePaths = HouseRule(statement: "no path of somebody's machine") { file in
        let paths = [Project.root + "/", "/ho" + "me/", "/ro" + "ot/", "/Us" + "ers/"]
        return file.lines.indices.filter { index in
            paths.contains { path in file.lines[index].contains(path) }
        }.map { $0 + 1 }
    }

    static let plainWords = HouseRule(statement: "plain words, no advertising") { file in
        guard file.target != "TidyTests" else { return [] }
        let adverts: Set<String> = [
            "blazing", "blazingly", "robust", "enterprise", "seamless", "seamlessly",
        ]
        return file.lines.indices.filter { index in
            file.lines[index].lowercased().split { !$0.isLetter }
                .contains { adverts.contains(String($0)) }
        }.map { $0 + 1 }
    }

    static let sentences = HouseRule(statement: "a test is named by a sentence") { file in
        let tokens = file.swift?.tokens ?? []
        return tokens.indices.compactMap { index in
            guard tokens[index].kind == .word, tokens[index].text == "@Test",
                let keyword = tokens[index...].firstIndex(where: {
                    $0.kind == .word && $0.text == "func"
                }), keyword + 1 < tokens.count, !tokens[keyword + 1].text.hasPrefix("`")
            else { return nil }
            return tokens[keyword].line
        }
    }

    private static func words(in file: ProjectFile) -> [SwiftLexer.Token] {
        (file.swift?.tokens ?? []).filter { $0.kind == .word }
    }
}
