// validate.cjs DOCUMENT: reads lines {"schema": NAME, "body": JSON} and says which bodies do not
// fit the component of that name. Exit 1 when one does not, or when there was none.
'use strict';
const fs = require('fs');
const Ajv = require('ajv/dist/2020').default;

const ajv = new Ajv({strict: false, validateFormats: false, allErrors: true});
ajv.addSchema(JSON.parse(fs.readFileSync(process.argv[2], 'utf8')), 'document');

let checked = 0, wrong = 0;
for (const line of fs.readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
  const {schema, body} = JSON.parse(line);
  const fits = ajv.compile({$ref: `document#/components/schemas/${schema}`});
  ++checked;
  if (fits(body)) continue;
  ++wrong;
  console.log(`${schema}: ${ajv.errorsText(fits.errors)}: ${JSON.stringify(body)}`);
}
process.exit(checked > 0 && wrong === 0 ? 0 : 1);
