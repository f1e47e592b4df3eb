/** version is this package's. */
export const version = '0.1.0';

/** surface is the version of the vendor's package whose public surface this one has. */
export const surface = '2.29.0';
