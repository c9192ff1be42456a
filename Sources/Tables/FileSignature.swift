/// The bytes that files of a kind begin with, as their formats define them.
package enum FileSignature: CaseIterable, Sendable {
    case gzip, zlib, bzip2, xz, zstandard, lz4, zip, pickle, hdf5, numpy
    case parquet, arrow, feather, orc, avro, oldOffice, sqlite, gguf, lfsPointer

    /// The kind of file that begins with `bytes`; nil where none of them does.
    package init?(beginning bytes: Span<UInt8>) {
        for kind in FileSignature.allCases where kind.begins(bytes) {
            self = kind
            return
        }
        return nil
    }

    private func begins(_ bytes: Span<UInt8>) -> Bool {
        switch self {
        // RFC 1952 §2.3.1.
        case .gzip: bytes.begins(with: [0x1F, 0x8B])
        // RFC 1950 §2.2: deflate with a window of 32 KiB, and a check that is a multiple of 31.
        case .zlib:
            bytes.count > 1 && bytes[0] == 0x78 && (0x7800 + Int(bytes[1])) % 31 == 0
        case .bzip2: bytes.begins(with: Array("BZh".utf8))
        case .xz: bytes.begins(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00])
        // RFC 8878 §3.1.1.
        case .zstandard: bytes.begins(with: [0x28, 0xB5, 0x2F, 0xFD])
        case .lz4: bytes.begins(with: [0x04, 0x22, 0x4D, 0x18])
        case .zip: bytes.begins(with: [0x50, 0x4B, 0x03, 0x04])
        // PEP 307 and 3154: the opcode PROTO with a number from 2 to 5.
        case .pickle: bytes.count > 1 && bytes[0] == 0x80 && 2...5 ~= bytes[1]
        case .hdf5: bytes.begins(with: [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A])
        case .numpy: bytes.begins(with: [0x93] + Array("NUMPY".utf8))
        case .parquet: bytes.begins(with: Array("PAR1".utf8))
        case .arrow: bytes.begins(with: Array("ARROW1".utf8))
        case .feather: bytes.begins(with: Array("FEA1".utf8))
        case .orc: bytes.begins(with: Array("ORC".utf8)) && bytes.count > 3 && bytes[3] < 0x20
        case .avro: bytes.begins(with: Array("Obj".utf8) + [1])
        // [MS-CFB] §2.2.
        case .oldOffice:
            bytes.begins(with: [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1])
        case .sqlite: bytes.begins(with: Array("SQLite format 3\0".utf8))
        case .gguf: bytes.begins(with: Array("GGUF".utf8))
        case .lfsPointer: bytes.begins(with: Array("version https://git-lfs".utf8))
        }
    }
}

extension Span<UInt8> {
    /// Whether these are the first bytes.
    package func begins(with bytes: [UInt8]) -> Bool {
        guard count >= bytes.count else { return false }
        for (index, byte) in bytes.enumerated() where self[index] != byte { return false }
        return true
    }

    /// Whether these bytes occur in the first `limit` bytes.
    package func holds(_ text: String, within limit: Int = .max) -> Bool {
        let wanted = Array(text.utf8)
        guard !wanted.isEmpty, wanted.count <= Swift.min(count, limit) else { return false }
        for start in 0...(Swift.min(count, limit) - wanted.count) where self[start] == wanted[0] {
            if extracting(start...).begins(with: wanted) { return true }
        }
        return false
    }

    /// The first byte that is neither white space nor part of a byte order mark.
    package var firstMark: UInt8? {
        let start = begins(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        for index in start..<count {
            switch self[index] {
            case 0x20, 0x09, 0x0A, 0x0D: continue
            case let byte: return byte
            }
        }
        return nil
    }
}
