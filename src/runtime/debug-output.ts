/**
 * Imported before all else. The `debug` package, which the client of Elasticsearch is built on, would write whole
 * requests and answers to standard error, with every key in them, where `DEBUG` names it.
 */
delete process.env['DEBUG'];
