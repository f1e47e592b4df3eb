// Stands in for what a browser does not have and the page does not use.
export default {};
