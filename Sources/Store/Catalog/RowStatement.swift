import Foundation
import GRDB
import GRDBSQLite

/// A prepared statement with its cells bound and read in place.
///
/// Records that there are ten thousands of pass here: a map of named values a row costs more than
/// SQLite itself.
struct RowStatement {
  private let database: Database
  private let statement: Statement
  private let handle: OpaquePointer

  init(_ database: Database, sql: String) throws {
    self.database = database
    statement = try database.cachedStatement(sql: sql)
    handle = statement.sqliteStatement
    sqlite3_reset(handle)
  }

  // MARK: Cells to write, counted from 1

  func bind(_ text: String?, at index: Int32) {
    guard var text else {
      sqlite3_bind_null(handle, index)
      return
    }
    text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        // Without an address SQLite would make NULL of an empty text.
        guard let start = characters.baseAddress else {
          sqlite3_bind_text(handle, index, "", 0, RowStatement.copied)
          return
        }
        sqlite3_bind_text(handle, index, start, Int32(characters.count), RowStatement.copied)
      }
    }
  }

  func bind(_ digest: Digest?, at index: Int32) {
    guard let digest else {
      sqlite3_bind_null(handle, index)
      return
    }
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { digits in
      digest.write(hex: UnsafeMutableRawBufferPointer(digits))
      sqlite3_bind_text(handle, index, digits.baseAddress, 64, RowStatement.copied)
    }
  }

  func bind(_ number: Int?, at index: Int32) {
    guard let number else {
      sqlite3_bind_null(handle, index)
      return
    }
    sqlite3_bind_int64(handle, index, Int64(number))
  }

  func bind(_ number: Double?, at index: Int32) {
    guard let number else {
      sqlite3_bind_null(handle, index)
      return
    }
    sqlite3_bind_double(handle, index, number)
  }

  func bind(_ truth: Bool?, at index: Int32) { bind(truth.map { $0 ? 1 : 0 }, at: index) }
  func bind(_ time: Date?, at index: Int32) { bind(time?.timeIntervalSince1970, at: index) }

  /// Runs a statement that returns nothing.
  func run() throws {
    let code = sqlite3_step(handle)
    sqlite3_reset(handle)
    guard code == SQLITE_DONE || code == SQLITE_ROW else { throw failure(code) }
  }

  // MARK: Cells to read, counted from 0

  /// Goes to the next row; false after the last one, when the statement can be used again.
  func next() throws -> Bool {
    let code = sqlite3_step(handle)
    if code == SQLITE_ROW { return true }
    sqlite3_reset(handle)
    guard code == SQLITE_DONE else { throw failure(code) }
    return false
  }

  /// Ends reading before the last row.
  func reset() { sqlite3_reset(handle) }

  /// The place of each named column, -1 for one that is not there.
  func places(of names: [String]) -> [Int32] {
    var found: [String: Int32] = [:]
    for index in 0..<sqlite3_column_count(handle) {
      guard let name = sqlite3_column_name(handle, index) else { continue }
      let text = String(cString: name)
      if found[text] == nil { found[text] = index }
    }
    return names.map { found[$0] ?? -1 }
  }

  func isNull(_ index: Int32) -> Bool {
    index < 0 || sqlite3_column_type(handle, index) == SQLITE_NULL
  }

  func integer(_ index: Int32) -> Int { Int(sqlite3_column_int64(handle, index)) }
  func optionalInteger(_ index: Int32) -> Int? { isNull(index) ? nil : integer(index) }
  func double(_ index: Int32) -> Double { sqlite3_column_double(handle, index) }
  func optionalDouble(_ index: Int32) -> Double? { isNull(index) ? nil : double(index) }
  func time(_ index: Int32) -> Date { Date(timeIntervalSince1970: double(index)) }
  func optionalTime(_ index: Int32) -> Date? { isNull(index) ? nil : time(index) }
  func optionalTruth(_ index: Int32) -> Bool? { isNull(index) ? nil : integer(index) != 0 }

  /// The bytes of a text, which last until the next row.
  func bytes(_ index: Int32) -> UnsafeRawBufferPointer {
    guard index >= 0, let text = sqlite3_column_text(handle, index) else {
      return UnsafeRawBufferPointer(start: nil, count: 0)
    }
    return UnsafeRawBufferPointer(start: text, count: Int(sqlite3_column_bytes(handle, index)))
  }

  func text(_ index: Int32) -> String { String(decoding: bytes(index), as: UTF8.self) }
  func optionalText(_ index: Int32) -> String? { isNull(index) ? nil : text(index) }

  func digest(_ index: Int32) throws -> Digest {
    guard let digest = Digest(hex: bytes(index)) else { throw damaged(index) }
    return digest
  }

  func optionalDigest(_ index: Int32) throws -> Digest? {
    isNull(index) ? nil : try digest(index)
  }

  func word<Word: RawRepresentable<String>>(_ index: Int32, as type: Word.Type) throws -> Word {
    guard let word = Word(rawValue: text(index)) else { throw damaged(index) }
    return word
  }

  private func damaged(_ index: Int32) -> DatabaseError {
    DatabaseError(
      resultCode: .SQLITE_MISMATCH,
      message: "column \(index) holds '\(text(index).prefix(80))'",
      sql: statement.sql
    )
  }

  private func failure(_ code: Int32) -> DatabaseError {
    DatabaseError(
      resultCode: ResultCode(rawValue: code),
      message: database.sqliteConnection.map { String(cString: sqlite3_errmsg($0)) },
      sql: statement.sql
    )
  }

  /// SQLite's SQLITE_TRANSIENT: it copies the bytes before the call returns.
  private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}
