//! WSP primitives (WAP-230 §8.4): integers, strings, value lengths, content types, multipart.
