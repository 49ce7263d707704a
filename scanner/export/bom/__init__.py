"""Bills of materials: scans as CycloneDX and as SPDX.

contents     judged models and code bases, read once for both     licenses, properties   what of them both say
components   models as components of CycloneDX                    cyclonedx              the document
spdx         the document
"""
